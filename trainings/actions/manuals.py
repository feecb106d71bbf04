"""Verbs of publications: drafting, publishing, saying that one read it, handing copies out."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from members.models import Organisation, Person, RegionalNetwork, User
from network.base.errors import Refused, refusing_broken_rules
from network.base.ids import new_id
from network.documents.actions import store_upload
from network.documents.models import Document
from trainings.manuals import copies_left
from trainings.models import (
    Edition,
    Enrolment,
    Handout,
    Publication,
    PublicationVersion,
    Reading,
    StockMovement,
    Topic,
)

INCOMING = (StockMovement.Kind.PRINTED, StockMovement.Kind.MOVED_IN)


@dataclass(frozen=True)
class TopicFacts:
    title: str
    text: str
    do: str = ""
    avoid: str = ""
    picture: UploadedFile | None = None
    picture_words: str = ""


@transaction.atomic
def draft_version(
    *,
    publication: Publication,
    language: str,
    by: User,
    changes: str = "",
    needs_new_reading: bool = True,
    upload: UploadedFile | None = None,
) -> PublicationVersion:
    """Begin the next version with the topics of the last one in that language, to be changed.

    In a language that lacks the newest number it takes that number: it is a translation of it.
    """
    Publication.objects.select_for_update().get(pk=publication.pk)
    newest = publication.versions.aggregate(n=Max("number"))["n"] or 0
    mine = publication.versions.filter(language=language).order_by("-number").first()
    number = newest if newest and (mine is None or mine.number < newest) else newest + 1
    version = PublicationVersion(
        publication=publication,
        number=number,
        language=language,
        changes=changes,
        needs_new_reading=needs_new_reading,
        is_demo=publication.is_demo,
    )
    if upload:
        version.file = _keep(upload, version.publication.name, version, by)
    with refusing_broken_rules(PublicationVersion, field="language"):
        version.save(force_insert=True)
    if mine:
        for topic in mine.topics.all():
            topic.pk, topic.version = new_id(), version
            topic.save(force_insert=True)
    return version


@transaction.atomic
def write_topic(
    *, version: PublicationVersion, facts: TopicFacts, by: User, topic: Topic | None = None
) -> Topic:
    """Add a topic at the end, or change one. Refused once the version is published."""
    _refuse_published(version)
    topic = topic or Topic(
        version=version, order=(version.topics.aggregate(n=Max("order"))["n"] or 0) + 1
    )
    topic.title, topic.text = facts.title, facts.text
    topic.do, topic.avoid, topic.picture_words = facts.do, facts.avoid, facts.picture_words
    if facts.picture:
        topic.picture = _keep(facts.picture, facts.title, version, by)
    with refusing_broken_rules(Topic, field="picture_words"):
        topic.save()
    return topic


@transaction.atomic
def publish_version(*, version: PublicationVersion, by: User, on: date) -> PublicationVersion:
    """From this day everybody may read it, and nobody may change it. Repeats change nothing."""
    version = PublicationVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    if version.published_on:
        return version
    if not version.topics.exists() and version.file_id is None:
        raise Refused(_("Todavía no tiene temas ni archivo. Agrega uno antes de publicarla."))
    version.published_on = on
    version.save(update_fields=["published_on"])
    return version


def _refuse_published(version: PublicationVersion) -> None:
    if version.published_on:
        raise Refused(_("Esta versión ya está publicada. Para cambiarla, empieza la siguiente."))


def _keep(upload: UploadedFile, title: str, version: PublicationVersion, by: User) -> Document:
    return store_upload(
        upload=upload,
        kind=Document.Kind.PUBLICATION,
        by=by,
        title=title,
        confidentiality=Document.Confidentiality.INTERNAL,
        subject=version._meta.label_lower,
        subject_id=str(version.pk),
    )


@transaction.atomic
def acknowledge_reading(
    *, version: PublicationVersion, person: Person, at: datetime, by: User | None
) -> Reading:
    """She says that she read it. Said twice, or sent again from her phone, it is said once."""
    reading, _is_new = Reading.objects.get_or_create(
        person=person, version=version, defaults={"acknowledged_at": at, "recorded_by": by}
    )
    return reading


@transaction.atomic
def hand_out_to_roster(
    *,
    edition: Edition,
    version: PublicationVersion,
    enrolments: Iterable[Enrolment],
    on: date,
    by: User,
    receipt: UploadedFile | None = None,
) -> list[Handout]:
    """One printed copy to each; whoever has hers from this edition keeps it and is passed over.

    Refused, with what is left, when the region has fewer copies than that.
    """
    people = [e.person for e in enrolments if e.person_id and e.person]
    had = set(
        Handout.objects.filter(edition=edition, version=version).values_list("person", flat=True)
    )
    wanting = [person for person in people if person.pk not in had]
    _refuse_more_than_there_are(version, edition.regional_network, len(wanting))
    paper = _receipt(receipt, version, by)
    return Handout.objects.bulk_create(
        Handout(
            version=version,
            edition=edition,
            regional_network=edition.regional_network,
            person=person,
            handed_on=on,
            receipt=paper,
            recorded_by=by,
        )
        for person in wanting
    )


@transaction.atomic
def hand_out_to_organisation(
    *,
    version: PublicationVersion,
    regional_network: RegionalNetwork | None,
    organisation: Organisation,
    copies: int,
    on: date,
    by: User,
    receipt: UploadedFile | None = None,
) -> Handout:
    """Copies left with an organisation, counted and without names."""
    _refuse_more_than_there_are(version, regional_network, copies)
    return Handout.objects.create(
        version=version,
        regional_network=regional_network,
        organisation=organisation,
        copies=copies,
        handed_on=on,
        receipt=_receipt(receipt, version, by),
        recorded_by=by,
    )


def _receipt(upload: UploadedFile | None, version: PublicationVersion, by: User) -> Document | None:
    if upload is None:
        return None
    return store_upload(
        upload=upload,
        kind=Document.Kind.EVIDENCE,
        by=by,
        title=_("Recibo de ejemplares: %(name)s") % {"name": version},
        subject=Handout._meta.label_lower,
        subject_id=str(version.pk),
    )


def _refuse_more_than_there_are(
    version: PublicationVersion, region: RegionalNetwork | None, copies: int
) -> None:
    PublicationVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    left = copies_left(version, region)
    if copies > left:
        raise Refused(
            _("Quedan %(left)s ejemplares en %(store)s. Anota antes los que llegaron.")
            % {"left": left, "store": region or _("el depósito nacional")},
            field="copies",
        )


@transaction.atomic
def move_stock(
    *,
    version: PublicationVersion,
    regional_network: RegionalNetwork | None,
    kind: str,
    copies: int,
    on: date,
    by: User,
    note: str = "",
) -> StockMovement:
    """Copies that came or went. `copies` is how many; for a count, how many there really are."""
    PublicationVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
    left = copies_left(version, regional_network)
    change = copies
    if kind == StockMovement.Kind.COUNTED:
        change = copies - left
        if change == 0:
            raise Refused(_("El conteo es igual a lo anotado: no hay nada que cambiar."))
    elif kind not in INCOMING:
        change = -copies
        if copies > left:
            raise Refused(_("Solo hay %(left)s ejemplares.") % {"left": left}, field="copies")
    return StockMovement.objects.create(
        version=version,
        regional_network=regional_network,
        kind=kind,
        copies=change,
        moved_on=on,
        note=note,
        recorded_by=by,
    )
