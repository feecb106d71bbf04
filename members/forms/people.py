"""Input about a person: one form per intention. Names, documents and dates are read by the same
rules as the cells of an import."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import rules
from members.actions.consents import Decided
from members.actions.people import Document, Profile
from members.actions.phones import Reach
from members.duplicates import Typed
from members.filters import FirstOptions
from members.models import (
    Consent,
    Language,
    Membership,
    Organisation,
    Person,
    Purpose,
    SensitiveFacts,
)
from network.base.dates import PartialDate
from network.base.errors import Refused
from network.base.forms import DateField, PartialDateField, PhoneField, PortalForm
from network.base.ids import new_id
from network.places.forms import DistrictField

WHATSAPP_ANSWERS = (
    ("", gettext_lazy("No se sabe")),
    ("si", gettext_lazy("Sí")),
    ("no", gettext_lazy("No")),
)
SINCE_HINT = gettext_lazy("Día, mes y año. También vale solo el año.")
# Asked at registration; the other purposes have their own page.
FIRST_PURPOSES = (Purpose.REGISTRY, Purpose.WHATSAPP, Purpose.SMS)


class RuleField(forms.CharField):
    """Text read by a rule of `members.rules`; empty stays empty."""

    def __init__(self, *, read: Callable[[str], str], **kwargs: Any) -> None:
        self.read = read
        super().__init__(**{"max_length": 200, **kwargs})

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        return read_by(self.read, text) if text else ""


def read_by(read: Callable[[str], str], text: str) -> str:
    try:
        return read(text)
    except Refused as refusal:
        raise ValidationError(refusal.message, code="invalid") from refusal


def name_field(label: Any, *, longest: int, required: bool = False, hint: Any = "") -> RuleField:
    return RuleField(
        read=lambda text: rules.read_name(text, longest),
        label=label,
        required=required,
        help_text=hint,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class OrganisationChoice(forms.ModelChoiceField):
    """One of the organisations in her reach."""

    iterator = FirstOptions

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Organisation.objects.none(),
            **{
                "label": gettext_lazy("Organización"),
                "empty_label": gettext_lazy("Elige una"),
                "error_messages": {"required": gettext_lazy("Elige la organización.")},
                **kwargs,
            },
        )

    def choose_among(self, organisations: QuerySet[Organisation]) -> None:
        self.queryset = organisations.select_related("district").order_by("name_key")
        if len(only := list(self.queryset.values_list("pk", flat=True)[:2])) == 1:
            self.initial = only[0]

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.called}, {obj.district.name}" if obj.district else obj.called


# --- Parts that several forms share -------------------------------------------------------------
class AskedPart(PortalForm):
    """Fields of which one or another has to be filled are not marked as optional."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("paternal_surname", "document_number", "no_document_reason"):
            if name in self.fields:
                self.fields[name].is_asked = True  # type: ignore[attr-defined]


class NamePart(AskedPart):
    given_names = name_field(gettext_lazy("Nombres"), longest=80, required=True)
    paternal_surname = name_field(
        gettext_lazy("Apellido paterno"),
        longest=60,
        hint=gettext_lazy("Como figura en su documento. Si le falta uno, déjalo vacío."),
    )
    maternal_surname = name_field(gettext_lazy("Apellido materno"), longest=60)

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        surnames = ("paternal_surname", "maternal_surname")
        if not any(answers.get(part) or part in self.errors for part in surnames):
            self.add_error("paternal_surname", _("Escribe al menos un apellido."))
        return answers

    def name(self) -> rules.Name:
        return rules.Name(*(self.cleaned_data[part] for part in NAME_PARTS))


NAME_PARTS = ("given_names", "paternal_surname", "maternal_surname")


class DocumentPart(AskedPart):
    document_kind = forms.ChoiceField(
        label=gettext_lazy("Documento"), choices=Person.Document.choices, initial="dni"
    )
    document_number = forms.CharField(
        label=gettext_lazy("Número de documento"),
        help_text=gettext_lazy("El DNI tiene 8 números. Si no tiene, elige «Sin documento»."),
        max_length=30,
        required=False,
        widget=forms.TextInput(
            attrs={"class": "input--short code", "inputmode": "text", "autocomplete": "off"}
        ),
    )
    no_document_reason = RuleField(
        read=lambda text: rules.read_text(text, 120),
        label=gettext_lazy("Por qué no tiene documento"),
        help_text=gettext_lazy("Solo si no tiene: se le perdió, está en trámite, nunca sacó."),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        kind, number = answers.get("document_kind"), answers.get("document_number", "")
        if kind is None:
            return answers
        if kind != Person.Document.NONE:
            self._read_number(answers, kind, number)
        elif number:
            message = _("Escribiste un número. Elige qué documento es, o bórralo.")
            self.add_error("document_number", message)
        elif not answers.get("no_document_reason") and not self.errors.get("no_document_reason"):
            self.add_error("no_document_reason", _("Escribe por qué no tiene documento."))
        return answers

    def _read_number(self, answers: dict[str, Any], kind: str, number: str) -> None:
        if not number:
            self.add_error("document_number", _("Escribe el número, o elige «Sin documento»."))
            return
        try:
            answers["document_number"] = rules.read_document(kind, number)
        except Refused as refusal:
            self.add_error("document_number", refusal.message)

    def document(self) -> Document:
        answers = self.cleaned_data
        if answers["document_kind"] == Person.Document.NONE:
            return Document("none", reason=answers["no_document_reason"])
        return Document(answers["document_kind"], answers["document_number"])


class PhonePart(PortalForm):
    phone = PhoneField(
        label=gettext_lazy("Teléfono"),
        help_text=gettext_lazy("Puede ser de su familia o de una vecina."),
        required=False,
    )
    has_whatsapp = forms.ChoiceField(
        label=gettext_lazy("Ese teléfono tiene WhatsApp"),
        choices=WHATSAPP_ANSWERS,
        required=False,
    )
    shared_with = RuleField(
        read=lambda text: rules.read_text(text, 80),
        label=gettext_lazy("Compartido con"),
        help_text=gettext_lazy("Por ejemplo: su hija."),
        required=False,
    )

    def reach(self) -> Reach | None:
        answers = self.cleaned_data
        if not answers["phone"]:
            return None
        said = {"si": True, "no": False}.get(answers["has_whatsapp"])
        return Reach(answers["phone"], said, answers["shared_with"])


class ProfilePart(PortalForm):
    occupation = forms.ChoiceField(
        label=gettext_lazy("¿En qué trabaja?"),
        choices=Person.Occupation.choices,
        initial=Person.Occupation.UNKNOWN,
        required=False,
    )
    born = PartialDateField(
        label=gettext_lazy("Nacimiento"), help_text=SINCE_HINT, past=True, required=False
    )
    sex = forms.ChoiceField(
        label=gettext_lazy("Sexo"),
        choices=Person.Sex.choices,
        initial=Person.Sex.FEMALE,
        required=False,
    )
    district = DistrictField(required=False)
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Lenguas que habla"),
        choices=Language.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    preferred_language = forms.ChoiceField(
        label=gettext_lazy("Lengua que prefiere"),
        choices=[("", gettext_lazy("No dijo")), *Language.choices],
        required=False,
    )
    prefers_audio = forms.BooleanField(
        label=gettext_lazy("Prefiere escuchar un audio antes que leer"), required=False
    )
    email = RuleField(
        read=rules.read_email,
        label=gettext_lazy("Correo"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    contact_preference = forms.ChoiceField(
        label=gettext_lazy("Cómo prefiere que la contacten"),
        choices=Person.ContactPreference.choices,
        required=False,
    )
    note = forms.CharField(
        label=gettext_lazy("Nota"),
        help_text=gettext_lazy("No escribas aquí datos de salud ni de otras personas."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )

    def clean_born(self) -> PartialDate | None:
        born = self.cleaned_data["born"]
        if born and timezone.localdate().year - born.date.year > rules.OLDEST:
            raise ValidationError(_("Esa fecha da más de 110 años. Revisa el año."))
        return born

    def profile(self) -> Profile:
        answers = self.cleaned_data
        return Profile(
            born=answers["born"],
            sex=answers["sex"] or Person.Sex.UNKNOWN,
            occupation=answers["occupation"] or Person.Occupation.UNKNOWN,
            district=answers["district"],
            languages=tuple(answers["languages"]),
            preferred_language=answers["preferred_language"],
            prefers_audio=answers["prefers_audio"],
            email=answers["email"],
            contact_preference=answers["contact_preference"],
            note=answers["note"],
        )


# --- Registering --------------------------------------------------------------------------------
class RegistrationForm(NamePart, DocumentPart, PhonePart, ProfilePart):
    """A woman comes on record. Four answers are asked for; the rest may wait."""

    id = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)
    organisation = OrganisationChoice()
    since = PartialDateField(
        label=gettext_lazy("Socia desde"), help_text=SINCE_HINT, past=True, required=False
    )

    field_order = [
        "id",
        *NAME_PARTS,
        "document_kind",
        "document_number",
        "no_document_reason",
        "organisation",
        "since",
        "occupation",
    ]
    FIRST_ROWS = (
        ("given_names",),
        ("paternal_surname", "maternal_surname"),
        ("document_kind", "document_number"),
        ("no_document_reason",),
        ("organisation",),
        ("since", "occupation"),
    )
    FIRST = {name for row in FIRST_ROWS for name in row}

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        field.choose_among(organisations)  # type: ignore[attr-defined]

    def first_rows(self) -> list[list[forms.BoundField]]:
        """What is asked first; names that are written together stand side by side."""
        return [[self[name] for name in row] for row in self.FIRST_ROWS]

    def more_fields(self) -> list[forms.BoundField]:
        return [bound for bound in self.visible_fields() if bound.name not in self.FIRST]

    def left_empty(self) -> tuple[str, ...]:
        """Of what may wait, what nobody answered: the check before saving does not list it."""
        nothing: tuple[Any, ...] = (None, "", [], False)
        more = [bound.name for bound in self.more_fields()]
        return tuple(name for name in more if self.cleaned_data.get(name) in nothing)

    def more_is_open(self) -> bool:
        """Unfold what may wait when something there was written or has to be mended."""
        if not self.is_bound:
            return False
        more = self.more_fields()
        return any(bound.errors or bound.name in self.changed_data for bound in more)

    def typed(self) -> Typed:
        """What is understood so far, for the look-alikes: also of a form not finished."""
        answers = getattr(self, "cleaned_data", {})
        organisation = answers.get("organisation")
        kind = answers.get("document_kind") or Person.Document.NONE
        return Typed(
            name=rules.Name(*(answers.get(part, "") for part in NAME_PARTS)),
            person_id=answers.get("id"),
            born=answers.get("born"),
            organisation_id=organisation.pk if organisation else None,
            phone=answers.get("phone", ""),
            document_kind=kind,
            document="" if kind == "none" else answers.get("document_number", ""),
        )


class AnswersForm(PortalForm):
    """What she agrees to on the day she is registered. Left without a tick, nobody asked her."""

    purposes = forms.MultipleChoiceField(
        label=gettext_lazy("Ella acepta"),
        help_text=gettext_lazy("Léele cada frase. Si no está segura, déjala sin marcar."),
        choices=[(purpose.value, purpose.label) for purpose in FIRST_PURPOSES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Cómo lo dijo"),
        choices=[
            ("", gettext_lazy("Elige una")),
            *(c for c in Consent.Channel.choices if c[0] not in {"web", "imported"}),
        ],
        required=False,
    )
    decided_on = DateField(label=gettext_lazy("Cuándo"), past=True, required=False)
    witness = RuleField(
        read=lambda text: rules.read_name(text, 120),
        label=gettext_lazy("Quién fue testigo"),
        help_text=gettext_lazy("Solo si lo dijo de palabra."),
        required=False,
    )
    guardian = RuleField(
        read=lambda text: rules.read_name(text, 120),
        label=gettext_lazy("Madre, padre o tutora que decide por ella"),
        required=False,
    )

    marks_optional = False

    def __init__(self, *args: Any, needs_guardian: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, prefix="acepta", **kwargs)
        self.fields["decided_on"].initial = timezone.localdate
        if not needs_guardian:
            del self.fields["guardian"]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if not answers.get("purposes"):
            return answers
        if not answers.get("channel") and "channel" not in self.errors:
            self.add_error("channel", _("Elige cómo lo dijo."))
        if not answers.get("decided_on") and "decided_on" not in self.errors:
            self.add_error("decided_on", _("Escribe la fecha."))
        if answers.get("channel") == Consent.Channel.WITNESSED and not answers.get("witness"):
            self.add_error("witness", _("Escribe quién fue testigo."))
        if "guardian" in self.fields and not answers.get("guardian"):
            self.add_error("guardian", _("Tiene menos de 14 años: escribe quién decide por ella."))
        return answers

    def decisions(self) -> list[Decided]:
        answers = self.cleaned_data
        return [
            Decided(
                purpose=purpose,
                is_granted=True,
                channel=answers["channel"],
                decided_on=answers["decided_on"],
                witness=answers["witness"],
                guardian=answers.get("guardian", ""),
            )
            for purpose in answers["purposes"]
        ]


# --- Correcting ---------------------------------------------------------------------------------
class CorrectionForm(NamePart, ProfilePart):
    """Her name and what is known of her. `seen` is the change of the record this page was drawn
    after: what someone else wrote meanwhile is not overwritten unseen."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    field_order = [*NAME_PARTS]

    def __init__(self, *args: Any, person: Person, seen: int, **kwargs: Any) -> None:
        self.newest = seen
        super().__init__(*args, initial={**_known(person), "seen": seen}, **kwargs)

    def clean_seen(self) -> int:
        if self.cleaned_data["seen"] != self.newest:
            raise ValidationError(
                _("Alguien cambió esta ficha mientras la corregías. Mira su historia y guarda.")
            )
        return self.newest


def _known(person: Person) -> dict[str, Any]:
    same = (*NAME_PARTS, "sex", "occupation", "district", "languages", "preferred_language")
    born = PartialDate(person.born_on, person.born_precision) if person.born_on else None
    rest = ("prefers_audio", "email", "contact_preference", "note")
    return {name: getattr(person, name) for name in (*same, *rest)} | {"born": born}


class DocumentForm(DocumentPart):
    """A document instead of the stored one, which is never sent to the page."""


class PhoneForm(PhonePart):
    is_primary = forms.BooleanField(label=gettext_lazy("Es su teléfono principal"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].required = True


class SensitiveFactsForm(PortalForm):
    """Each with why it is asked; all may stay empty."""

    ethnicity = forms.ChoiceField(
        label=gettext_lazy("Cómo se identifica"),
        help_text=gettext_lazy(
            "Para qué preguntamos: saber si la red llega a mujeres de todos los pueblos."
        ),
        choices=[("", gettext_lazy("No quiso decir")), *SensitiveFacts.Ethnicity.choices],
        required=False,
    )
    disability = RuleField(
        read=lambda text: rules.read_text(text, 120),
        label=gettext_lazy("Discapacidad"),
        help_text=gettext_lazy(
            "Para qué preguntamos: preparar el local y los materiales para que pueda participar."
        ),
        required=False,
    )
    schooling = forms.ChoiceField(
        label=gettext_lazy("Estudios"),
        help_text=gettext_lazy(
            "Para qué preguntamos: elegir si conviene un texto, un audio o un dibujo."
        ),
        choices=[("", gettext_lazy("No quiso decir")), *SensitiveFacts.Schooling.choices],
        required=False,
    )


class RevealForm(PortalForm):
    """Why she looks at a number in full. It stays written with her name."""

    field = forms.ChoiceField(
        choices=[("document", "document"), ("phones", "phones")], widget=forms.HiddenInput
    )
    purpose = RuleField(
        read=lambda text: rules.read_text(text, 200),
        label=gettext_lazy("Para qué lo necesitas"),
        help_text=gettext_lazy("Por ejemplo: llamarla por la asamblea, un trámite ante RENIEC."),
        error_messages={"required": gettext_lazy("Escribe para qué lo necesitas.")},
    )


# --- Belonging ----------------------------------------------------------------------------------
class MembershipForm(PortalForm):
    organisation = OrganisationChoice()
    kind = forms.ChoiceField(label=gettext_lazy("Calidad"), choices=Membership.Kind.choices)
    since = PartialDateField(
        label=gettext_lazy("Desde"), help_text=SINCE_HINT, past=True, required=False
    )
    until = DateField(
        label=gettext_lazy("Último día"),
        help_text=gettext_lazy("Déjalo vacío si sigue."),
        required=False,
    )
    source = RuleField(
        read=lambda text: rules.read_text(text, 120),
        label=gettext_lazy("De dónde sale el dato"),
        help_text=gettext_lazy("Por ejemplo: libro de actas, lo dijo ella."),
        required=False,
    )

    def __init__(self, *args: Any, organisations: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        field.choose_among(organisations)  # type: ignore[attr-defined]


class MembershipCorrectionForm(PortalForm):
    kind = forms.ChoiceField(label=gettext_lazy("Calidad"), choices=Membership.Kind.choices)
    since = PartialDateField(
        label=gettext_lazy("Desde"), help_text=SINCE_HINT, past=True, required=False
    )
    until = DateField(
        label=gettext_lazy("Último día"),
        help_text=gettext_lazy("Déjalo vacío si sigue."),
        required=False,
    )
    end_reason = RuleField(
        read=lambda text: rules.read_text(text, 200),
        label=gettext_lazy("Por qué terminó"),
        required=False,
    )


class MembershipEndForm(PortalForm):
    last_day = DateField(
        label=gettext_lazy("Último día"), help_text=gettext_lazy("Ese día todavía cuenta.")
    )
    reason = RuleField(
        read=lambda text: rules.read_text(text, 200),
        label=gettext_lazy("Por qué termina"),
        required=False,
    )
