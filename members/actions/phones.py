"""Verbs about the numbers that reach a person: add, give up, choose the main one."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Person, Phone, User
from network.base.errors import Refused
from network.base.fields import index_of, seal_value


@dataclass(frozen=True)
class Reach:
    """A phone as given: the number in E.164, and what was said about it."""

    number: str
    has_whatsapp: bool | None = None
    shared_with: str = ""


def lock_person(person: Person) -> None:
    """Whoever else changes her record waits until this change is done."""
    Person.objects.select_for_update().filter(pk=person.pk).first()


@transaction.atomic
def add_phone(*, person: Person, reach: Reach, by: User, is_primary: bool = False) -> Phone:
    """Write down a number that reaches her. Her first is the main one.

    A number she gave up comes back to use; one in use only learns what is new about it.
    """
    lock_person(person)
    index = index_of(Phone, "number_index", reach.number)
    in_use = person.phones.filter(retired_at=None)
    phone = person.phones.filter(number_index=index).first()
    is_first = not in_use.exclude(number_index=index).exists()
    if phone is None:
        phone = Phone(person=person, number_index=index, number_tail=reach.number[-3:])
        phone.number_sealed = seal_value(phone, "number_sealed", reach.number)
    phone.has_whatsapp, phone.shared_with = reach.has_whatsapp, reach.shared_with
    if is_primary or is_first:
        in_use.exclude(number_index=index).filter(is_primary=True).update(is_primary=False)
    phone.is_primary = is_primary or is_first or (phone.is_primary and phone.retired_at is None)
    phone.retired_at = None
    phone.save()
    return phone


@transaction.atomic
def retire_phone(*, phone: Phone, by: User) -> Phone:
    """The number no longer reaches her. If it was the main one, another takes its place."""
    lock_person(phone.person)
    phone.retired_at, phone.is_primary = timezone.now(), False
    phone.save(update_fields=["retired_at", "is_primary"])
    choose_primary_phone(person=phone.person)
    return phone


@transaction.atomic
def reuse_phone(*, phone: Phone, by: User) -> Phone:
    """A number given up by mistake reaches her again."""
    lock_person(phone.person)
    phone.retired_at = None
    phone.save(update_fields=["retired_at"])
    choose_primary_phone(person=phone.person)
    return phone


@transaction.atomic
def make_phone_primary(*, phone: Phone, by: User) -> Phone:
    if phone.retired_at is not None:
        raise Refused(_("Ese teléfono ya no se usa. Agrégalo otra vez."))
    lock_person(phone.person)
    phone.person.phones.filter(is_primary=True).exclude(pk=phone.pk).update(is_primary=False)
    phone.is_primary = True
    phone.save(update_fields=["is_primary"])
    return phone


def choose_primary_phone(*, person: Person) -> None:
    """Exactly one number in use is the main one: the newest when none was chosen."""
    in_use = person.phones.filter(retired_at=None)
    if in_use.filter(is_primary=True).exists():
        return
    if newest := in_use.order_by("-pk").first():
        newest.is_primary = True
        newest.save(update_fields=["is_primary"])
