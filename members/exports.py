"""The registry's lists: people, organisations, memberships, boards, consents; page and files."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BinaryField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    Func,
    IntegerField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, ExtractYear, NullIf, Trim
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from members.access import Permission, Scope, scope_of
from members.filters import (
    ConsentFilters,
    MembershipFilters,
    OfficeFilters,
    OrganisationFilters,
    PersonFilters,
)
from members.models import (
    Affiliation,
    Consent,
    Language,
    Membership,
    Office,
    Organisation,
    Person,
    Phone,
    Purpose,
    RegionalNetwork,
)
from members.search import find_organisations, find_people
from members.standing import standing_in_words
from network.base.contracts import Asked, Column, Export, Kind
from network.base.purposes import FilePurpose

AGE_GROUPS = (
    (18, "0-17", _("menos de 18")),
    (30, "18-29", _("18 a 29")),
    (45, "30-44", _("30 a 44")),
    (60, "45-59", _("45 a 59")),
)
AGE_LABELS: Mapping[str, Any] = {
    **{code: label for _limit, code, label in AGE_GROUPS},
    "60+": _("60 o más"),
    "?": _("No se sabe"),
}


def scope_asked(asked: Asked) -> Scope:
    return Scope(everything=True) if asked.user is None else scope_of(asked.user, asked.permission)


# --- People --------------------------------------------------------------------------------------
def _within(people: Any, asked: Asked) -> Any:
    """Those in her reach; for a donor's report only those who agreed to appear in one."""
    return _for_purpose(people.within(scope_asked(asked)), asked)


def _for_purpose(people: Any, asked: Asked) -> Any:
    is_for_donors = asked.purpose == FilePurpose.DONOR_REPORT
    return people.agreed_to(Purpose.DONOR_REPORTING) if is_for_donors else people


def _people_within(asked: Asked) -> Any:
    return _within(Person.objects, asked)


def people(asked: Asked) -> Any:
    return _within(_described(timezone.localdate()), asked)


def _left_out_people(asked: Asked) -> Any:
    """On record and in her reach, but for their consent."""
    scope = scope_asked(asked)
    people = _described(timezone.localdate())
    needed = [Purpose.SHARE_SOLIDARIDAD] * scope.only_shared
    needed += [Purpose.DONOR_REPORTING] * (asked.purpose == FilePurpose.DONOR_REPORT)
    if not needed:
        return people.none()
    everyone = Scope(everything=True) if scope.only_shared else scope
    lacking = [~_agreed(purpose) for purpose in needed]
    return people.within(everyone).filter(reduce(or_, map(Q, lacking)))


@lru_cache(maxsize=1)
def _described(today: date) -> Any:
    """People with what a list says of each beyond her own columns. Only what is shown is computed.

    Kept for the day: to put it together costs more than to read a page of it.
    """
    hers = {"person": OuterRef("pk")}
    memberships = Membership.objects.current().filter(**hers)
    offices = Office.objects.current().filter(**hers)
    phone = Phone.objects.filter(**hers, retired_at=None).order_by("-is_primary", "pk")
    return Person.objects.annotate(
        name_in_list=Concat(
            Trim(Concat("paternal_surname", Value(" "), "maternal_surname")),
            Value(", "),
            "given_names",
        ),
        organisations=Subquery(
            memberships.order_by()
            .values("person")
            .annotate(
                names=StringAgg(
                    Coalesce(NullIf("organisation__short_name", Value("")), "organisation__name"),
                    "; ",
                    order_by="organisation__name_key",
                )
            )
            .values("names")
        ),
        member_since=Subquery(
            memberships.order_by().values("person").annotate(first=Min("starts_on")).values("first")
        ),
        member_since_precision=Subquery(
            memberships.order_by(F("starts_on").asc(nulls_last=True)).values("starts_precision")[:1]
        ),
        posts=ArraySubquery(offices.order_by("starts_on").values("post")),
        phone=Subquery(phone.values("number_sealed")[:1]),
        phone_id=Subquery(phone.values("pk")[:1]),
        phone_tail=Subquery(phone.values("number_tail")[:1]),
        has_whatsapp=Subquery(phone.values("has_whatsapp")[:1]),
        age=_age(today),
        age_group=_age_group(),
        agreed_registry=_agreed(Purpose.REGISTRY),
        agreed_share=_agreed(Purpose.SHARE_SOLIDARIDAD),
        agreed_donors=_agreed(Purpose.DONOR_REPORTING),
    )


def _agreed(purpose: str) -> Exists:
    return Exists(Consent.objects.granted(purpose).filter(person=OuterRef("pk")))


def _age(today: date) -> Case:
    """Whole years today; of a woman of whom only the year is known, those she completes in it."""
    lived = Func(Value(today), F("born_on"), function="age")
    years = Func(
        Value("year"), lived, function="date_part", template="%(function)s(%(expressions)s)::int"
    )
    return Case(
        When(born_precision="y", then=Value(today.year) - ExtractYear("born_on")),
        default=years,
        output_field=IntegerField(),
    )


def _age_group() -> Case:
    return Case(
        When(born_on=None, then=Value("?")),
        *(When(Q(age__lt=limit), then=Value(code)) for limit, code, _label in AGE_GROUPS),
        default=Value("60+"),
        output_field=CharField(),
    )


PEOPLE = Export(
    name="people",
    title=_("Personas"),
    rows=people,
    left_out=_left_out_people,
    permission=Permission.PERSON_VIEW,
    filters=PersonFilters,
    search=find_people,
    order="name_key",
    url_name="person-detail",
    list_url_name="person-list",
    views=((_("Con cargo"), "cargo=si"), (_("Sin teléfono"), "telefono=no")),
    columns=(
        Column("name", _("Apellidos y nombres"), "name_in_list", sort="name_key", in_file=False),
        Column("document_tail", _("Documento"), "document_tail", Kind.TAIL, in_file=False),
        Column(
            "paternal_surname",
            _("Apellido paterno"),
            "paternal_surname",
            personal=True,
            meaning=_("Primer apellido, como está en su documento."),
            on_page=False,
            width=18,
        ),
        Column(
            "maternal_surname",
            _("Apellido materno"),
            "maternal_surname",
            personal=True,
            meaning=_("Segundo apellido. Puede faltar."),
            on_page=False,
            width=18,
        ),
        Column(
            "given_names",
            _("Nombres"),
            "given_names",
            personal=True,
            meaning=_("Nombres de pila."),
            on_page=False,
            width=20,
        ),
        Column(
            "document_kind",
            _("Tipo de documento"),
            "document_kind",
            Kind.CHOICE,
            personal=True,
            meaning=_("DNI, carné de extranjería, pasaporte o sin documento."),
            choices=dict(Person.Document.choices),
            on_page=False,
            width=18,
        ),
        Column(
            "document",
            _("Número de documento"),
            "document_sealed",
            Kind.SEALED,
            personal=True,
            meaning=_("Se guarda como texto, con sus ceros del comienzo."),
            seal=("members_person", "document_sealed"),
            on_page=False,
            width=18,
        ),
        Column(
            "organisations",
            _("Organización"),
            "organisations",
            meaning=_("Organizaciones de las que es socia hoy, separadas por punto y coma."),
            width=30,
        ),
        Column(
            "occupation",
            _("Trabajo"),
            "occupation",
            Kind.CHOICE,
            meaning=_("Su trabajo en la cadena del oro."),
            choices=dict(Person.Occupation.choices),
            width=22,
        ),
        Column(
            "department",
            _("Región"),
            "district__province__department__name",
            meaning=_("Departamento donde vive."),
            on_page=False,
        ),
        Column(
            "province",
            _("Provincia"),
            "district__province__name",
            personal=True,
            meaning=_("Provincia donde vive."),
            on_page=False,
        ),
        Column(
            "district",
            _("Distrito"),
            "district__name",
            personal=True,
            meaning=_("Distrito donde vive."),
            sort="district__name_key",
        ),
        Column(
            "ubigeo",
            _("Ubigeo INEI"),
            "district_id",
            personal=True,
            meaning=_("Código INEI del distrito, de 6 cifras. No es el de RENIEC."),
            on_page=False,
        ),
        Column(
            "office",
            _("Cargo"),
            "posts",
            Kind.CHOICES,
            personal=True,
            meaning=_("Cargos que tiene hoy en una junta directiva."),
            choices=dict(Office.Post.choices),
            width=20,
        ),
        Column("phone_tail", _("Teléfono"), "phone_tail", Kind.TAIL, in_file=False),
        Column(
            "phone",
            _("Teléfono"),
            "phone",
            Kind.SEALED,
            personal=True,
            meaning=_("El principal. Puede ser de su familia o de una vecina."),
            seal=("members_phone", "number_sealed"),
            seal_row="phone_id",
            on_page=False,
        ),
        Column(
            "whatsapp",
            _("WhatsApp"),
            "has_whatsapp",
            Kind.YES_NO,
            personal=True,
            meaning=_("Si ese teléfono tiene WhatsApp. Vacío: no se sabe."),
            on_page=False,
            width=10,
        ),
        Column(
            "email",
            _("Correo"),
            "email",
            personal=True,
            meaning=_("Correo electrónico."),
            on_page=False,
            width=26,
        ),
        Column(
            "born_on",
            _("Nacimiento"),
            "born_on",
            Kind.DATE,
            personal=True,
            meaning=_("Fecha de nacimiento; solo el mes o el año cuando no se sabe más."),
            precision="born_precision",
            on_page=False,
            width=12,
        ),
        Column(
            "age",
            _("Edad"),
            "age",
            Kind.NUMBER,
            personal=True,
            meaning=_("Años cumplidos el día del archivo."),
            on_page=False,
            width=8,
        ),
        Column(
            "age_group",
            _("Grupo de edad"),
            "age_group",
            Kind.CHOICE,
            meaning=_("Edad por grupos, el día del archivo."),
            choices=AGE_LABELS,
            on_page=False,
        ),
        Column(
            "sex",
            _("Sexo"),
            "sex",
            Kind.CHOICE,
            meaning=_("Mujer, hombre, o no se sabe."),
            choices=dict(Person.Sex.choices),
            on_page=False,
            width=12,
        ),
        Column(
            "languages",
            _("Lenguas que habla"),
            "languages",
            Kind.CHOICES,
            meaning=_("Una o varias, separadas por coma."),
            choices=dict(Language.choices),
            on_page=False,
            width=20,
        ),
        Column(
            "preferred_language",
            _("Lengua que prefiere"),
            "preferred_language",
            Kind.CHOICE,
            meaning=_("En la que quiere que le hablen."),
            choices=dict(Language.choices),
            on_page=False,
            width=18,
        ),
        Column(
            "prefers_audio",
            _("Prefiere audio"),
            "prefers_audio",
            Kind.YES_NO,
            meaning=_("Si prefiere escuchar antes que leer."),
            on_page=False,
            width=14,
        ),
        Column(
            "member_since",
            _("Socia desde"),
            "member_since",
            Kind.DATE,
            personal=True,
            meaning=_("Primer día de la más antigua de sus membresías vigentes."),
            on_page=False,
            precision="member_since_precision",
            width=12,
        ),
        Column(
            "agreed_registry",
            _("Aceptó el registro"),
            "agreed_registry",
            Kind.YES_NO,
            meaning=_("Si aceptó estar en el registro de la red."),
            on_page=False,
        ),
        Column(
            "agreed_share",
            _("Aceptó compartir con Solidaridad"),
            "agreed_share",
            Kind.YES_NO,
            meaning=_("Si aceptó que Solidaridad vea sus datos."),
            on_page=False,
        ),
        Column(
            "agreed_donors",
            _("Aceptó informes a donantes"),
            "agreed_donors",
            Kind.YES_NO,
            meaning=_("Si aceptó aparecer en informes a donantes."),
            on_page=False,
        ),
        Column(
            "id",
            "id",
            "pk",
            personal=True,
            meaning=_("Clave de la ficha. Con ella una lista corregida vuelve a su lugar."),
            on_page=False,
            is_hidden=True,
        ),
    ),
)


# --- Organisations -------------------------------------------------------------------------------
def organisations(asked: Asked) -> QuerySet[Any]:
    scope = scope_asked(asked)
    rows = Organisation.objects.within(scope).with_status()
    here = {"organisation": OuterRef("pk")}
    affiliations = Affiliation.objects.current().filter(**here, regional_network__isnull=False)
    members = Membership.objects.current().filter(
        **here, person__in=Person.objects.on_record().values("pk")
    )
    president = _known_people(asked).filter(
        pk__in=Office.objects.current()
        .filter(organisation=OuterRef(OuterRef("pk")), post=Office.Post.PRESIDENT)
        .values("person")
    )
    # A contact is a person nobody asked: not for outsiders, nor for a donor's report.
    is_told = not scope.only_shared and asked.purpose != FilePurpose.DONOR_REPORT
    return rows.annotate(
        known_contact=F("contact_name") if is_told else Value(None, CharField()),
        known_contact_phone=F("contact_phone_sealed") if is_told else Value(None, BinaryField()),
        known_contact_email=F("contact_email") if is_told else Value(None, CharField()),
        standing=standing_in_words(timezone.localdate()),
        president=Subquery(
            president.annotate(
                full_name=Concat(
                    "given_names",
                    Value(" "),
                    Trim(Concat("paternal_surname", Value(" "), "maternal_surname")),
                )
            ).values("full_name")[:1]
        ),
        networks=Subquery(
            affiliations.order_by()
            .values("organisation")
            .annotate(
                names=StringAgg(
                    "regional_network__name", "; ", order_by="regional_network__name_key"
                )
            )
            .values("names")
        ),
        member_count=Coalesce(
            Subquery(
                members.order_by()
                .values("organisation")
                .annotate(count=Count("person", distinct=True))
                .values("count")
            ),
            0,
        ),
    )


def _known_people(asked: Asked) -> Any:
    """Those whom this person may name; in a donor's report, those who agreed to be in one."""
    people: Any = Person.objects
    known = people.on_record() if asked.user is None else people.visible_to(asked.user)
    return _for_purpose(known, asked)


ORGANISATIONS = Export(
    name="organisations",
    title=_("Organizaciones"),
    rows=organisations,
    permission=Permission.ORGANISATION_VIEW,
    filters=OrganisationFilters,
    search=find_organisations,
    order="name_key",
    url_name="organisation-detail",
    list_url_name="organisation-list",
    views=((_("Afiliadas"), "afiliada=si"), (_("Sin afiliación"), "afiliada=no")),
    columns=(
        Column(
            "name",
            _("Organización"),
            "name",
            meaning=_("Nombre completo."),
            sort="name_key",
            width=40,
        ),
        Column(
            "short_name",
            _("Nombre corto"),
            "short_name",
            meaning=_("El que usa la gente."),
            on_page=False,
            width=20,
        ),
        Column(
            "kind",
            _("Tipo"),
            "kind",
            Kind.CHOICE,
            meaning=_("Asociación, cooperativa, empresa, comunidad o comité."),
            choices=dict(Organisation.Kind.choices),
        ),
        Column(
            "ruc",
            "RUC",
            "ruc",
            meaning=_("Registro Único de Contribuyentes, 11 cifras, como texto."),
            on_page=False,
            width=14,
        ),
        Column(
            "formalisation",
            _("Formalización"),
            "formalisation",
            Kind.CHOICE,
            meaning=_("En qué paso del proceso de formalización está."),
            choices=dict(Organisation.Formalisation.choices),
            on_page=False,
            width=30,
        ),
        Column(
            "activities",
            _("Actividades"),
            "activities",
            Kind.CHOICES,
            meaning=_("Lo que hace en la cadena del oro, separado por coma."),
            choices=dict(Organisation.Activity.choices),
            on_page=False,
            width=30,
        ),
        Column(
            "department",
            _("Región"),
            "district__province__department__name",
            meaning=_("Departamento."),
            sort="district__province__department__name_key",
        ),
        Column(
            "province",
            _("Provincia"),
            "district__province__name",
            meaning=_("Provincia."),
            on_page=False,
        ),
        Column("district", _("Distrito"), "district__name", meaning=_("Distrito.")),
        Column(
            "ubigeo",
            _("Ubigeo INEI"),
            "district_id",
            meaning=_("Código INEI del distrito, de 6 cifras. No es el de RENIEC."),
            on_page=False,
        ),
        Column(
            "zone",
            _("Zona minera"),
            "zone__name",
            meaning=_("Paraje, anexo o sector donde trabaja. No se publica."),
            on_page=False,
            width=20,
        ),
        Column(
            "networks",
            _("Redes regionales"),
            "networks",
            meaning=_("Redes regionales a las que está afiliada hoy."),
            on_page=False,
            width=30,
        ),
        Column(
            "is_affiliated",
            _("Afiliada hoy"),
            "is_affiliated",
            Kind.YES_NO,
            meaning=_("Si hoy pertenece a la red por alguna afiliación."),
            on_page=False,
            width=12,
        ),
        Column(
            "standing",
            _("Afiliación"),
            "standing",
            meaning=_("A qué redes pertenece hoy y desde cuándo, o cuándo dejó de pertenecer."),
            width=36,
        ),
        Column(
            "president",
            _("Presidenta"),
            "president",
            personal=True,
            meaning=_("Quien tiene hoy el cargo de presidenta."),
            width=28,
        ),
        Column(
            "member_count",
            _("Socias"),
            "member_count",
            Kind.NUMBER,
            meaning=_(
                "Personas distintas con membresía vigente. La que está en dos, cuenta en cada una."
            ),
            sort="member_count",
            width=10,
        ),
        Column(
            "founded_on",
            _("Fundada el"),
            "founded_on",
            Kind.DATE,
            meaning=_("Fecha de fundación; solo el mes o el año cuando no se sabe más."),
            precision="founded_precision",
            on_page=False,
            width=12,
        ),
        Column(
            "contact_name",
            _("Persona de contacto"),
            "known_contact",
            personal=True,
            meaning=_("A quién llamar."),
            on_page=False,
            width=26,
        ),
        Column(
            "contact_phone",
            _("Teléfono de contacto"),
            "known_contact_phone",
            Kind.SEALED,
            personal=True,
            meaning=_("Teléfono de la persona de contacto."),
            seal=("members_organisation", "contact_phone_sealed"),
            on_page=False,
        ),
        Column(
            "contact_email",
            _("Correo de contacto"),
            "known_contact_email",
            personal=True,
            meaning=_("Correo de la persona de contacto."),
            on_page=False,
            width=26,
        ),
        Column(
            "id",
            "id",
            "pk",
            meaning=_("Clave de la organización. Con ella una lista corregida vuelve a su lugar."),
            on_page=False,
            is_hidden=True,
        ),
    ),
)


# --- Memberships, boards, consents ---------------------------------------------------------------
def name_of(path: str) -> Concat:
    return Concat(
        Trim(Concat(f"{path}__paternal_surname", Value(" "), f"{path}__maternal_surname")),
        Value(", "),
        f"{path}__given_names",
    )


PERSON = Column(
    "person",
    _("Apellidos y nombres"),
    "person_name",
    personal=True,
    meaning=_("De quién se trata."),
    sort="person__name_key",
    width=34,
)
PERSON_ID = Column(
    "person_id",
    "persona_id",
    "person_id",
    personal=True,
    meaning=_("Clave de la ficha de la persona."),
    on_page=False,
    is_hidden=True,
)
SINCE = Column(
    "starts_on",
    _("Desde"),
    "starts_on",
    Kind.DATE,
    meaning=_("Primer día que cuenta; solo el mes o el año cuando no se sabe más."),
    precision="starts_precision",
    width=12,
)
UNTIL = Column(
    "ends_on",
    _("Hasta"),
    "ends_on",
    Kind.DATE,
    meaning=_("Último día que cuenta. Vacío: sigue vigente."),
    width=12,
)


def memberships(asked: Asked) -> QuerySet[Any]:
    scope = scope_asked(asked)
    rows = Membership.objects.filter(person__in=_people_within(asked).values("pk"))
    if not scope.everything:
        rows = rows.filter(organisation__in=scope.organisation_ids)
    return rows.annotate(person_name=name_of("person"))


MEMBERSHIPS = Export(
    name="memberships",
    title=_("Membresías"),
    rows=memberships,
    permission=Permission.PERSON_VIEW,
    filters=MembershipFilters,
    order="organisation__name_key",
    columns=(
        PERSON,
        Column(
            "organisation",
            _("Organización"),
            "organisation__name",
            meaning=_("A la que pertenece o perteneció."),
            sort="organisation__name_key",
            width=34,
        ),
        Column(
            "kind",
            _("Calidad"),
            "kind",
            Kind.CHOICE,
            meaning=_("Socia, trabajadora, postulante o aliada."),
            choices=dict(Membership.Kind.choices),
        ),
        SINCE,
        UNTIL,
        Column(
            "end_reason",
            _("Por qué terminó"),
            "end_reason",
            personal=True,
            meaning=_("En sus palabras, si terminó."),
            width=26,
        ),
        PERSON_ID,
    ),
)


def boards(asked: Asked) -> QuerySet[Any]:
    scope = scope_asked(asked)
    kept = Person.objects.on_record()
    holders: Any = _people_within(asked) if scope.everything else _for_purpose(kept, asked)
    rows = Office.objects.filter(person__in=holders.values("pk"))
    if not scope.everything:
        rows = rows.filter(
            Q(organisation__in=scope.organisation_ids)
            | Q(regional_network__in=scope.regional_network_ids)
        )
    return rows.annotate(
        body_name=Coalesce("organisation__name", "regional_network__name"),
        body_key=Coalesce("organisation__name_key", "regional_network__name_key"),
        person_name=name_of("person"),
    )


BOARDS = Export(
    name="boards",
    title=_("Juntas directivas"),
    rows=boards,
    permission=Permission.PERSON_VIEW,
    filters=OfficeFilters,
    order="body_key",
    columns=(
        Column(
            "body",
            _("Organización o red"),
            "body_name",
            meaning=_("De quién es la junta directiva."),
            sort="body_key",
            width=34,
        ),
        Column(
            "post",
            _("Cargo"),
            "post",
            Kind.CHOICE,
            meaning=_("Cargo en la junta directiva."),
            choices=dict(Office.Post.choices),
            width=20,
        ),
        PERSON,
        SINCE,
        UNTIL,
        Column(
            "elected_on",
            _("Elegida el"),
            "elected_on",
            Kind.DATE,
            meaning=_("Día de la asamblea que la eligió."),
            on_page=False,
            width=12,
        ),
        PERSON_ID,
    ),
)


def consents(asked: Asked) -> QuerySet[Any]:
    rows = Consent.objects.current().filter(person__in=_people_within(asked).values("pk"))
    return rows.annotate(person_name=name_of("person"))


CONSENTS = Export(
    name="consents",
    title=_("Consentimientos"),
    rows=consents,
    permission=Permission.PERSON_VIEW,
    filters=ConsentFilters,
    order="-decided_on",
    columns=(
        PERSON,
        Column(
            "purpose",
            _("Para qué"),
            "purpose",
            Kind.CHOICE,
            meaning=_("Para qué se le pidió permiso."),
            choices=dict(Purpose.choices),
            width=36,
        ),
        Column(
            "is_granted",
            _("Aceptó"),
            "is_granted",
            Kind.YES_NO,
            meaning=_("Su última decisión."),
            width=10,
        ),
        Column(
            "channel",
            _("Cómo lo dijo"),
            "channel",
            Kind.CHOICE,
            meaning=_("Hoja firmada, huella, de palabra con testigo, en el portal…"),
            choices=dict(Consent.Channel.choices),
            width=22,
        ),
        Column(
            "decided_on",
            _("Fecha"),
            "decided_on",
            Kind.DATE,
            meaning=_("Día en que lo dijo."),
            sort="decided_on",
            width=12,
        ),
        Column(
            "notice",
            _("Aviso"),
            "notice__version",
            meaning=_("Versión del aviso de privacidad que leyó o escuchó."),
            width=10,
        ),
        PERSON_ID,
    ),
)


# --- Regional networks ---------------------------------------------------------------------------
def regional_networks(asked: Asked) -> QuerySet[Any]:
    """All of them: whoever sees organisations sees the networks above them, and their totals."""
    rows = RegionalNetwork.objects.all()
    affiliations = (
        Affiliation.objects.current()
        .filter(regional_network=OuterRef("pk"), organisation__trashed_at=None)
        .order_by()
        .values("regional_network")
    )
    members = affiliations.filter(
        organisation__memberships__in=Membership.objects.current().filter(
            person__in=Person.objects.on_record()
        )
    )
    here = Count("organisation", distinct=True)
    women = Count("organisation__memberships__person", distinct=True)
    return (rows.none() if scope_asked(asked).is_empty else rows).annotate(
        organisation_count=Coalesce(Subquery(affiliations.annotate(n=here).values("n")), 0),
        member_count=Coalesce(Subquery(members.annotate(n=women).values("n")), 0),
    )


REGIONAL_NETWORKS = Export(
    name="regional_networks",
    title=_("Redes regionales"),
    rows=regional_networks,
    permission=Permission.ORGANISATION_VIEW,
    order="name_key",
    list_url_name="network-list",
    columns=(
        Column("code", _("Código"), "code", meaning=_("Con la que se la nombra en listas.")),
        Column("name", _("Red regional"), "name", meaning=_("Nombre completo."), width=34),
        Column("department", _("Región"), "department__name", meaning=_("Vacío: más de una.")),
        Column(
            "organisation_count",
            _("Organizaciones"),
            "organisation_count",
            Kind.NUMBER,
            meaning=_("Con afiliación vigente."),
        ),
        Column(
            "member_count",
            _("Socias"),
            "member_count",
            Kind.NUMBER,
            meaning=_(
                "Personas distintas de sus organizaciones. La que está en dos cuenta una vez."
            ),
        ),
    ),
)

EXPORTS = (PEOPLE, ORGANISATIONS, MEMBERSHIPS, BOARDS, CONSENTS, REGIONAL_NETWORKS)
