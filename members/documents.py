"""Who reads which documents of the registry: whoever sees the woman or the board behind them."""

from typing import Any

from django.db.models import Model, Q

from members.access import Permission, scope_of
from members.models import Consent, Office, Organisation, Person, RegionalNetwork
from network.documents.access import DocumentScope
from network.documents.models import Document


def _signed_sheets(user: Any) -> Q:
    """Consents of the people she sees, when she may record consents herself."""
    scope = scope_of(user, Permission.CONSENT_RECORD)
    if scope.is_empty:
        return Q(pk__in=[])
    people = Person.objects.within(scope)
    return Q(pk__in=Consent.objects.filter(person__in=people).values("evidence"))


def _minutes(user: Any) -> Q:
    """Papers of the organisations and regional networks she reaches, also of a change of board that
    was undone. They carry names of people."""
    scope = scope_of(user, Permission.PERSON_VIEW)
    if scope.is_empty or scope.only_shared:
        return Q(pk__in=[])
    organisations = Organisation.objects.within(scope)
    networks = RegionalNetwork.objects.within(scope)
    offices = Office.objects.filter(
        Q(organisation__in=organisations) | Q(regional_network__in=networks)
    )
    about = Q(subject__in=[_label(Organisation), _label(RegionalNetwork)])
    if not scope.everything:
        reached = scope.organisation_ids | scope.regional_network_ids
        about &= Q(subject_id__in=[str(pk) for pk in reached])
    return Q(pk__in=offices.values("evidence")) | about


def _label(model: type[Model]) -> str:
    return model._meta.label_lower


DOCUMENTS = (
    DocumentScope("consent_sheets", (Document.Kind.CONSENT,), _signed_sheets),
    DocumentScope("board_minutes", (Document.Kind.MINUTES,), _minutes),
)
