"""Questions asked of people and organisations. Rows reach a view only through `visible_to`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from members.access import Scope, scope_of
from network.base.text import HasWordsLike, fold, sound
from network.base.written import EqualsAny


class UserQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> UserQuerySet:
        """Accounts that enter by e-mail. A member's is reached from her own record."""
        is_keeper = scope_of(user, "account_manage").everything
        return self.filter(email__isnull=False) if is_keeper else self.none()


class RegionalNetworkQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> RegionalNetworkQuerySet:
        """Networks are no secret inside: whoever may see organisations sees their names."""
        return self if not scope_of(user, "organisation_view").is_empty else self.none()

    def within(self, scope: Scope) -> RegionalNetworkQuerySet:
        return self if scope.everything else self.filter(pk__in=scope.regional_network_ids)


class OrganisationQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> OrganisationQuerySet:
        return self.within(scope_of(user, "organisation_view"))

    def within(self, scope: Scope) -> OrganisationQuerySet:
        rows = self.kept()
        return rows if scope.everything else rows.filter(pk__in=scope.organisation_ids)

    def kept(self) -> OrganisationQuerySet:
        return self.filter(trashed_at=None)

    def trashed_visible_to(self, user: Any) -> OrganisationQuerySet:
        """Registered by mistake and taken away, for those who could register them."""
        scope = scope_of(user, "organisation_register")
        rows = self.filter(trashed_at__isnull=False)
        return rows if scope.everything else rows.filter(pk__in=scope.organisation_ids)

    def search(self, text: str) -> OrganisationQuerySet:
        rows = self
        aliases = apps.get_model("members", "OrganisationAlias").objects
        for word in fold(text).split():
            alias = aliases.filter(organisation=OuterRef("pk"), name_key__contains=word)
            rows = rows.filter(Q(search_key__contains=word) | Exists(alias))
        return rows

    def with_status(self, on: date | None = None) -> OrganisationQuerySet:
        """`is_affiliated`: belongs to the network on that day through any affiliation."""
        affiliations = apps.get_model("members", "Affiliation").objects.on(
            on or timezone.localdate()
        )
        return self.annotate(is_affiliated=Exists(affiliations.filter(organisation=OuterRef("pk"))))

    def affiliated(self, on: date | None = None) -> OrganisationQuerySet:
        return self.with_status(on).filter(is_affiliated=True)

    def in_regional_network(self, network_id: Any, on: date | None = None) -> OrganisationQuerySet:
        affiliations = apps.get_model("members", "Affiliation").objects.on(
            on or timezone.localdate()
        )
        return self.filter(
            Exists(affiliations.filter(organisation=OuterRef("pk"), regional_network=network_id))
        )


def _among(memberships: Any) -> EqualsAny:
    """Her id is among those of `memberships`, gathered first.

    As a semi-join PostgreSQL expects to meet members of a few organisations early on its way
    through the names, and walks the whole registry: 10 s for 97 women among a million.
    """
    return EqualsAny(F("pk"), ArraySubquery(memberships.order_by().values("person")))


class PersonQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> PersonQuerySet:
        return self.within(scope_of(user, "person_view"))

    def within(self, scope: Scope) -> PersonQuerySet:
        """People on record inside a scope: never the trashed, merged or withdrawn."""
        return self.on_record().reached(scope)

    def reached(self, scope: Scope) -> PersonQuerySet:
        """Whoever a scope takes in, on record or not. Of an organisation, those who belong to it
        or are to: who left is no longer in the reach of those who lead it."""
        rows = self
        if scope.only_shared:
            return rows.agreed_to("share_solidaridad")
        if scope.everything:
            return rows
        reach = Q(pk=scope.person_id) if scope.person_id else Q(pk__in=[])
        if scope.organisation_ids:
            belonging = apps.get_model("members", "Membership").objects.not_over(
                timezone.localdate()
            )
            memberships = belonging.filter(organisation__in=scope.organisation_ids)
            reach |= Q(_among(memberships))
        return rows.filter(reach)

    def on_record(self) -> PersonQuerySet:
        return self.filter(trashed_at=None, merged_into=None, withdrawn_at=None)

    def withdrawn_visible_to(self, user: Any) -> PersonQuerySet:
        """Who took back her consent to be on record: for those alone who may put her back."""
        rows = self.filter(trashed_at=None, merged_into=None, withdrawn_at__isnull=False)
        return rows if scope_of(user, "person_restore").everything else rows.none()

    def in_trash(self, since: datetime) -> PersonQuerySet:
        """Those trashed after a moment: older ones are no longer brought back."""
        return self.filter(trashed_at__gt=since, merged_into=None)

    def agreed_to(self, purpose: str) -> PersonQuerySet:
        consents = apps.get_model("members", "Consent").objects.granted(purpose)
        return self.filter(Exists(consents.filter(person=OuterRef("pk"))))

    def with_document(self, kind: str, index: bytes) -> PersonQuerySet:
        return self.filter(document_kind=kind, document_index=index)

    def with_phone(self, index: bytes) -> PersonQuerySet:
        """Whoever is reached at a number today. Several people may share it."""
        phones = apps.get_model("members", "Phone").objects.filter(
            number_index=index, retired_at=None
        )
        return self.filter(Exists(phones.filter(person=OuterRef("pk"))))

    def search(self, text: str) -> PersonQuerySet:
        """By name, blind to accents and order of the words, every word a part of the name."""
        rows = self
        for word in fold(text).split():
            rows = rows.filter(search_key__contains=word)
        return rows

    def sounding_like(self, text: str) -> PersonQuerySet:
        """By the sound of every word, or of its beginning: `Waman` finds `Huamán`."""
        words = sound(text).split()
        return self.filter(HasWordsLike("sound_key", words)) if words else self

    def members_of(self, organisation_id: Any, on: date | None = None) -> PersonQuerySet:
        memberships = apps.get_model("members", "Membership").objects.on(on or timezone.localdate())
        return self.filter(_among(memberships.filter(organisation=organisation_id)))

    def current_members(self, on: date | None = None) -> PersonQuerySet:
        memberships = apps.get_model("members", "Membership").objects.on(on or timezone.localdate())
        return self.filter(Exists(memberships.filter(person=OuterRef("pk"))))

    def without_phone(self) -> PersonQuerySet:
        phones = apps.get_model("members", "Phone").objects.filter(retired_at=None)
        return self.filter(~Exists(phones.filter(person=OuterRef("pk"))))

    def holding_office(self, on: date | None = None) -> PersonQuerySet:
        offices = apps.get_model("members", "Office").objects.on(on or timezone.localdate())
        return self.filter(Exists(offices.filter(person=OuterRef("pk"))))
