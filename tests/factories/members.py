"""Least valid rows of the registry: a person needs a name and one surname, nothing else."""

from datetime import date

import factory

from members.models import (
    Affiliation,
    Consent,
    Membership,
    Office,
    Organisation,
    Person,
    Phone,
    PrivacyNotice,
    Purpose,
    RegionalNetwork,
)
from network.base.fields import index_value, seal_value
from network.base.ids import new_id


class RegionalNetworkFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RegionalNetwork

    name = factory.Sequence(lambda n: f"Red de Mujeres del Río {n}")
    code = factory.Sequence(lambda n: f"rio-{n}")


class OrganisationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Asociación de Pallaqueras Señor de Ánimas {n}")


class AffiliationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Affiliation

    organisation = factory.SubFactory(OrganisationFactory)


class PersonFactory(factory.django.DjangoModelFactory):
    """`PersonFactory(dni="40881412")` has a document; without it she has none."""

    class Meta:
        model = Person

    class Params:
        dni = ""

    id = factory.LazyFunction(new_id)
    given_names = "Felícitas"
    paternal_surname = "Apaza"
    maternal_surname = "Condori"
    document_kind = factory.LazyAttribute(lambda o: "dni" if o.dni else "none")
    document_sealed = factory.LazyAttribute(
        lambda o: seal_value(Person(pk=o.id), "document_sealed", o.dni)
    )
    document_index = factory.LazyAttribute(
        lambda o: index_value(Person(document_kind="dni"), "document_index", o.dni)
    )
    document_tail = factory.LazyAttribute(lambda o: o.dni[-3:])


class PhoneFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Phone

    class Params:
        number = "+51951000720"

    id = factory.LazyFunction(new_id)
    person = factory.SubFactory(PersonFactory)
    number_sealed = factory.LazyAttribute(
        lambda o: seal_value(Phone(pk=o.id), "number_sealed", o.number)
    )
    number_index = factory.LazyAttribute(lambda o: index_value(Phone(), "number_index", o.number))
    number_tail = factory.LazyAttribute(lambda o: o.number[-3:])


class MembershipFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Membership

    person = factory.SubFactory(PersonFactory)
    organisation = factory.SubFactory(OrganisationFactory)


class OfficeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Office

    person = factory.SubFactory(PersonFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    post = Office.Post.PRESIDENT
    starts_on = date(2025, 3, 1)


class PrivacyNoticeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = PrivacyNotice

    version = factory.Sequence(lambda n: f"2026-{n}")
    text = "La red guarda tus datos para avisarte de sus actividades."
    effective_on = date(2026, 1, 1)


class ConsentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Consent

    person = factory.SubFactory(PersonFactory)
    purpose = Purpose.REGISTRY
    is_granted = True
    channel = Consent.Channel.PAPER
    decided_on = date(2026, 2, 1)
