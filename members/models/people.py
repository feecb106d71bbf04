"""People and where they belong: memberships, offices, phones, sensitive facts."""

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, RangeOperators
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from members.access import Scope
from members.models.organisations import Organisation, RegionalNetwork
from members.models.periods import Period, PeriodQuerySet, day_range, ends_after_it_starts
from members.querysets import PersonQuerySet, scope_of
from network.base.fields import BlindIndexField, SealedField
from network.base.history import tracked, tracked_without
from network.base.ids import new_id
from network.base.text import Fold, SortKey, Sound, SoundWords, joined

TIME_IN_TRASH = timedelta(days=30)


class Language(models.TextChoices):
    SPANISH = "es", _("Castellano")
    QUECHUA = "qu", _("Quechua")
    AYMARA = "ay", _("Aimara")
    OTHER = "other", _("Otra lengua")


@tracked
class Person(models.Model):
    """Any woman or man on record: member, participant, trainer. Document, phone, e-mail and account
    may all be missing. Two rows are two people until someone merges them."""

    class Document(models.TextChoices):
        DNI = "dni", "DNI"
        CE = "ce", _("Carné de extranjería")
        PASSPORT = "passport", _("Pasaporte")
        NONE = "none", _("Sin documento")

    class Sex(models.TextChoices):
        FEMALE = "f", _("Mujer")
        MALE = "m", _("Hombre")
        UNKNOWN = "u", _("No se sabe")

    class Occupation(models.TextChoices):
        PALLAQUERA = "pallaquera", _("Pallaquera")
        MINER = "miner", _("Socia minera")
        TITLE_HOLDER = "title_holder", _("Titular minera")
        ALLUVIAL = "alluvial", _("Minera aluvial")
        PLANT_WORKER = "plant_worker", _("Trabajadora de planta")
        TRADER = "trader", _("Compradora o comercializadora")
        COOK = "cook", _("Cocinera de campamento")
        JEWELLER = "jeweller", _("Joyera")
        LEADER = "leader", _("Dirigenta")
        OTHER = "other", _("Otro trabajo")
        UNKNOWN = "unknown", _("No se sabe")

    class ContactPreference(models.TextChoices):
        NONE = "", _("No dijo")
        WHATSAPP = "whatsapp", "WhatsApp"
        SMS = "sms", _("Mensaje de texto")
        CALL = "call", _("Llamada")
        EMAIL = "email", _("Correo")
        VISIT = "visit", _("Por su organización")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    given_names = models.CharField(_("nombres"), max_length=80)
    paternal_surname = models.CharField(_("apellido paterno"), max_length=60, blank=True)
    maternal_surname = models.CharField(_("apellido materno"), max_length=60, blank=True)

    document_kind = models.CharField(
        _("documento"), max_length=8, choices=Document, default=Document.NONE
    )
    document_sealed = SealedField(_("documento"), null=True, editable=False)
    document_index = BlindIndexField(
        kind="document",
        source="document_sealed",
        beside=["document_kind"],
        null=True,
        editable=False,
    )
    document_tail = models.CharField(max_length=3, blank=True, editable=False)
    no_document_reason = models.CharField(_("por qué no tiene"), max_length=120, blank=True)

    born_on = models.DateField(_("nacimiento"), null=True, blank=True)
    born_precision = models.CharField(
        max_length=1, choices=Period.Precision, default=Period.Precision.DAY
    )
    sex = models.CharField(_("sexo"), max_length=1, choices=Sex, default=Sex.UNKNOWN)
    occupation = models.CharField(
        _("trabajo en la cadena"), max_length=16, choices=Occupation, default=Occupation.UNKNOWN
    )
    district = models.ForeignKey(
        "places.District",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("distrito"),
        db_index=False,
    )
    languages = ArrayField(
        models.CharField(max_length=8, choices=Language),
        verbose_name=_("lenguas que habla"),
        default=list,
        blank=True,
    )
    preferred_language = models.CharField(
        _("lengua que prefiere"), max_length=8, choices=Language, blank=True
    )
    prefers_audio = models.BooleanField(_("prefiere audio"), default=False)
    email = models.EmailField(_("correo"), blank=True)
    contact_preference = models.CharField(
        _("cómo prefiere que la contacten"),
        max_length=8,
        choices=ContactPreference,
        blank=True,
    )
    note = models.TextField(_("nota"), blank=True)

    is_demo = models.BooleanField(default=False)
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    registered_at = models.DateTimeField(auto_now_add=True)
    trashed_at = models.DateTimeField(null=True, editable=False)
    trashed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="absorbed",
        editable=False,
        db_index=False,
    )
    # Registry consent withdrawn: out of every list, count, search and export, at once.
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    # After 30 days in the trash: the row stays for what counts it, and tells nobody's name.
    erased_at = models.DateTimeField(null=True, editable=False)

    search_key = models.GeneratedField(
        expression=Fold(joined("given_names", "paternal_surname", "maternal_surname")),
        output_field=models.TextField(),
        db_persist=True,
    )
    name_key = models.GeneratedField(
        expression=SortKey(joined("paternal_surname", "maternal_surname", "given_names")),
        output_field=models.TextField(db_collation="C"),
        db_persist=True,
    )
    sound_key = models.GeneratedField(
        expression=Sound(joined("given_names", "paternal_surname", "maternal_surname")),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("persona")
        verbose_name_plural = _("personas")
        indexes = [
            models.Index(
                fields=["name_key", "id"],
                condition=Q(trashed_at=None, merged_into=None, withdrawn_at=None),
                name="members_person_order",
            ),
            # Few: a count of the others takes them off.
            models.Index(
                fields=["id"],
                condition=Q(trashed_at__isnull=False)
                | Q(merged_into__isnull=False)
                | Q(withdrawn_at__isnull=False),
                name="members_person_off_record",
            ),
            models.Index(fields=["-registered_at", "id"], name="members_person_registered"),
            models.Index(
                fields=["district"],
                condition=Q(district__isnull=False),
                name="members_person_district",
            ),
            models.Index(
                fields=["merged_into"],
                condition=Q(merged_into__isnull=False),
                name="members_person_merged",
            ),
            models.Index(
                fields=["trashed_at"],
                condition=Q(trashed_at__isnull=False, erased_at=None),
                name="members_person_trash",
            ),
            GinIndex(
                OpClass(F("search_key"), name="gin_trgm_ops"),
                SoundWords("sound_key"),
                name="members_person_search",
            ),
            models.Index(
                OpClass(F("sound_key"), name="text_pattern_ops"),
                condition=Q(trashed_at=None, merged_into=None, withdrawn_at=None),
                name="members_person_sound",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["document_kind", "document_index"],
                condition=Q(document_index__isnull=False, merged_into=None, trashed_at=None),
                name="members_person_document",
                violation_error_message=_("Ya hay una persona con ese documento."),
            ),
            models.CheckConstraint(
                condition=Q(
                    document_kind="none", document_index__isnull=True, document_sealed__isnull=True
                )
                | (
                    ~Q(document_kind="none")
                    & Q(document_index__isnull=False, document_sealed__isnull=False)
                ),
                name="members_person_document_whole",
                violation_error_message=_(
                    "El documento necesita tipo y número, o «sin documento»."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(given_names="") & (~Q(paternal_surname="") | ~Q(maternal_surname="")),
                name="members_person_named",
                violation_error_message=_("Escribe sus nombres y al menos un apellido."),
            ),
            models.CheckConstraint(
                condition=Q(born_precision__in=["d", "m", "y"]),
                name="members_person_born_precision",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) | Q(trashed_at__isnull=False),
                name="members_person_erased_stays",
                violation_error_message=_("Sus datos ya se borraron para siempre."),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def is_within(self, scope: Scope) -> bool:
        return Person.objects.within(scope).filter(pk=self.pk).exists()

    @property
    def surnames(self) -> str:
        return f"{self.paternal_surname} {self.maternal_surname}".strip()

    @property
    def full_name(self) -> str:
        return f"{self.given_names} {self.surnames}"

    @property
    def listed_name(self) -> str:
        """As lists show it: surnames first."""
        return f"{self.surnames}, {self.given_names}"

    @property
    def erased_from(self) -> datetime | None:
        """When what is in the trash stops coming back."""
        return self.trashed_at + TIME_IN_TRASH if self.trashed_at else None

    def age_on(self, day: date) -> int | None:
        """Whole years at a day; with only a year known, the years of that year's end minus it."""
        if self.born_on is None:
            return None
        had_birthday = self.born_precision == "y" or (day.month, day.day) >= (
            self.born_on.month,
            self.born_on.day,
        )
        return day.year - self.born_on.year - (0 if had_birthday else 1)


@tracked
class Phone(models.Model):
    """A number that reaches a person. Numbers are shared in families and villages: never unique.

    `shared_with` says with whom; `retired_at` ends it without losing what was once tried.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # The unique constraint below begins with her.
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="phones", db_index=False
    )
    number_sealed = SealedField(_("número"), editable=False)
    number_index = BlindIndexField(kind="phone", source="number_sealed", editable=False)
    number_tail = models.CharField(max_length=3, editable=False)
    has_whatsapp = models.BooleanField(_("tiene WhatsApp"), null=True)
    shared_with = models.CharField(_("compartido con"), max_length=80, blank=True)
    is_primary = models.BooleanField(_("principal"), default=False)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("teléfono")
        verbose_name_plural = _("teléfonos")
        indexes = [models.Index(fields=["number_index"], name="members_phone_index")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "number_index"],
                name="members_phone_once",
                violation_error_message=_("Esa persona ya tiene ese teléfono."),
            ),
            models.UniqueConstraint(
                fields=["person"],
                condition=Q(is_primary=True, retired_at=None),
                name="members_phone_primary",
                violation_error_message=_("Ya tiene un teléfono principal."),
            ),
        ]

    def __str__(self) -> str:
        return f"9•• ••• {self.number_tail}"


class MembershipQuerySet(PeriodQuerySet):
    def of_the_network(self) -> PeriodQuerySet:
        """In force today, in an organisation that is affiliated today."""
        affiliated = Organisation.objects.kept().affiliated().values("pk")
        return self.current().filter(organisation__in=affiliated)


@tracked
class Membership(Period):
    """A person's dated belonging to an organisation. Several at once are normal; she counts once.

    Distinct by person, organisation and first day; two of the same pair never overlap.
    """

    class Kind(models.TextChoices):
        MEMBER = "member", _("Socia")
        WORKER = "worker", _("Trabajadora")
        APPLICANT = "applicant", _("Postulante")
        ALLY = "ally", _("Aliada")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Both have an index below that begins with them.
    person = models.ForeignKey(
        Person, on_delete=models.CASCADE, related_name="memberships", db_index=False
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="memberships", db_index=False
    )
    kind = models.CharField(_("calidad"), max_length=12, choices=Kind, default=Kind.MEMBER)
    end_reason = models.CharField(_("por qué terminó"), max_length=200, blank=True)
    source = models.CharField(_("de dónde sale el dato"), max_length=120, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membresía")
        verbose_name_plural = _("membresías")
        indexes = [
            models.Index(fields=["organisation", "person"], name="members_membership_org"),
            # What a list shows of her organisations is read from the index alone.
            models.Index(
                fields=["person"],
                include=["organisation", "starts_on", "ends_on"],
                name="members_membership_hers",
            ),
        ]
        constraints = [
            ends_after_it_starts("members_membership_dates"),
            ExclusionConstraint(
                name="members_membership_once",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("organisation", RangeOperators.EQUAL),
                    (day_range(), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Ya es socia de esa organización en esas fechas."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} · {self.organisation}"

    def is_within(self, scope: Scope) -> bool:
        return self.person.is_within(scope)


class OfficeQuerySet(PeriodQuerySet):
    def visible_to(self, user: Any) -> "OfficeQuerySet":
        """Boards of the organisations and of the regional networks in reach."""
        scope = scope_of(user, "organisation_view")
        return self.filter(
            Q(organisation__in=Organisation.objects.within(scope))
            | Q(regional_network__in=RegionalNetwork.objects.within(scope))
        )


@tracked
class Office(Period):
    """A post held for a term on the board of an organisation or of a regional network."""

    class Post(models.TextChoices):
        PRESIDENT = "president", _("Presidenta")
        VICE_PRESIDENT = "vice_president", _("Vicepresidenta")
        SECRETARY = "secretary", _("Secretaria")
        TREASURER = "treasurer", _("Tesorera")
        COMPTROLLER = "comptroller", _("Fiscal")
        SAFETY = "safety", _("Vocal de seguridad")
        VOCAL_1 = "vocal_1", _("Primera vocal")
        VOCAL_2 = "vocal_2", _("Segunda vocal")
        VOCAL_3 = "vocal_3", _("Tercera vocal")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="offices"
    )
    regional_network = models.ForeignKey(
        RegionalNetwork, on_delete=models.PROTECT, null=True, blank=True, related_name="offices"
    )
    post = models.CharField(_("cargo"), max_length=16, choices=Post)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="offices")
    elected_on = models.DateField(_("elegida el"), null=True, blank=True)
    evidence = models.ForeignKey(
        "documents.Document", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    end_reason = models.CharField(_("por qué terminó"), max_length=200, blank=True)

    objects = OfficeQuerySet.as_manager()

    class Meta:
        verbose_name = _("cargo")
        verbose_name_plural = _("cargos")
        indexes = [models.Index(fields=["person", "ends_on"], name="members_office_person")]
        constraints = [
            ends_after_it_starts("members_office_dates"),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False, regional_network=None)
                | Q(organisation=None, regional_network__isnull=False),
                name="members_office_body",
                violation_error_message=_("El cargo es de una organización o de una red regional."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=False),
                name="members_office_started",
                violation_error_message=_("Escribe desde cuándo tiene el cargo."),
            ),
            ExclusionConstraint(
                name="members_office_organisation_holder",
                expressions=[
                    ("organisation", RangeOperators.EQUAL),
                    ("post", RangeOperators.EQUAL),
                    (day_range(), RangeOperators.OVERLAPS),
                ],
                condition=Q(organisation__isnull=False),
                violation_error_message=_("Otra persona tiene ese cargo en esas fechas."),
            ),
            ExclusionConstraint(
                name="members_office_network_holder",
                expressions=[
                    ("regional_network", RangeOperators.EQUAL),
                    ("post", RangeOperators.EQUAL),
                    (day_range(), RangeOperators.OVERLAPS),
                ],
                condition=Q(regional_network__isnull=False),
                violation_error_message=_("Otra persona tiene ese cargo en esas fechas."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_post_display()} · {self.body}"

    def is_within(self, scope: Scope) -> bool:
        return self.body.is_within(scope)

    @property
    def body(self) -> Organisation | RegionalNetwork:
        return self.organisation or self.regional_network  # type: ignore[return-value]  # one is


@tracked_without("ethnicity", "disability", "schooling")
class SensitiveFacts(models.Model):
    """Facts asked only with her written consent for them; without it the row does not exist.

    History keeps who wrote here and when, never the answers: withdrawing them erases them.
    """

    class Schooling(models.TextChoices):
        NONE = "none", _("Sin estudios")
        PRIMARY = "primary", _("Primaria")
        SECONDARY = "secondary", _("Secundaria")
        TECHNICAL = "technical", _("Técnica")
        UNIVERSITY = "university", _("Universitaria")

    class Ethnicity(models.TextChoices):
        QUECHUA = "quechua", _("Quechua")
        AYMARA = "aymara", _("Aimara")
        AMAZONIAN = "amazonian", _("De un pueblo amazónico")
        AFRO = "afro", _("Afroperuana")
        MESTIZA = "mestiza", _("Mestiza")
        WHITE = "white", _("Blanca")
        OTHER = "other", _("Otra")

    person = models.OneToOneField(
        Person, on_delete=models.CASCADE, primary_key=True, related_name="sensitive_facts"
    )
    ethnicity = models.CharField(
        _("cómo se identifica"), max_length=12, choices=Ethnicity, blank=True
    )
    disability = models.CharField(_("discapacidad"), max_length=120, blank=True)
    schooling = models.CharField(_("estudios"), max_length=12, choices=Schooling, blank=True)

    class Meta:
        verbose_name = _("datos sensibles")

    def __str__(self) -> str:
        return str(self.person_id)
