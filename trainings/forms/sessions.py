"""Input about the marks of a session: by touch, typed from the paper, and the paper itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network.base.dates import Precision, parse_partial
from network.base.errors import Refused
from network.base.forms import PortalForm, refuse_control_characters, tidy
from network.base.ids import new_id
from network.documents.forms import UploadField
from trainings.actions.attendance import WalkIn
from trainings.marking import LETTERS
from trainings.models import Attendance, Enrolment
from trainings.names import same_names

Mark = Attendance.Mark
# What is sent for a line: "-" says that it is not marked, nothing that it was not on the page.
SENT = {mark.value or "-": mark.value for mark in Mark}
BLANK_LINES = 6
LONGEST_NAME = 160


class MarksForm(PortalForm):
    """`marca-<line>` is her mark and `visto-<line>` the one that the page showed before."""

    reason = forms.CharField(
        label=gettext_lazy("Por qué se corrige"),
        help_text=gettext_lazy("La sesión ya se cerró una vez. Lo anterior queda guardado."),
        max_length=200,
        required=False,
    )
    name = forms.CharField(
        label=gettext_lazy("Apellidos y nombres"), max_length=LONGEST_NAME, required=False
    )
    organisation_text = forms.CharField(
        label=gettext_lazy("Organización"), max_length=LONGEST_NAME, required=False
    )
    client_id = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, lines: Iterable[UUID], asks_reason: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.lines = list(lines)
        self.asks_reason = asks_reason
        if not asks_reason:
            self.fields["reason"].widget = forms.HiddenInput()

    def read(self, sent: str) -> str:
        """The mark behind what was sent; what is none is given back, to be refused at its line."""
        return SENT.get(sent, sent)

    def chosen(self, line: UUID, stands: str = "") -> str:
        """The mark to show: what was sent, known or not, or what stands."""
        sent = self.data.get(f"marca-{line}")
        return stands if sent is None else self.read(sent)

    def seen(self) -> dict[UUID, str]:
        return {pk: SENT.get(self.data.get(f"visto-{pk}", "-"), "") for pk in self.lines}

    def marks(self) -> dict[UUID, str]:
        """Only what she changed: a page left open does not undo what others marked meanwhile."""
        seen = self.seen()
        return {pk: mark for pk in self.lines if (mark := self.chosen(pk, seen[pk])) != seen[pk]}

    def walk_ins(self) -> list[WalkIn]:
        answers = self.cleaned_data
        if not answers["name"]:
            return []
        pk = answers["client_id"] or new_id()
        return [WalkIn(pk, answers["name"], answers["organisation_text"])]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if answers.get("organisation_text") and not answers.get("name"):
            self.add_error("name", _("Escribe su nombre."))
        return answers


@dataclass
class Extra:
    """One line below the printed ones: a name as it is written on the paper, and her mark.

    `choices` are the women of the edition it may be, when it could be several.
    """

    number: int
    client_id: str
    name: str = ""
    organisation_text: str = ""
    letter: str = ""
    who: str = ""
    sentence: str = ""
    choices: list[Enrolment] = field(default_factory=list)

    @property
    def is_blank(self) -> bool:
        return not (self.name or self.organisation_text or self.letter)


class TypedForm(MarksForm):
    """A letter for each printed line, and below them names as they stand on the paper.

    A name that is one woman's of the edition marks her; one that may be of several is asked again,
    with a list to choose from; any other is someone who came the same day.
    """

    def __init__(self, *args: Any, lines: Mapping[UUID, Enrolment], **kwargs: Any) -> None:
        super().__init__(*args, lines=lines, **kwargs)
        self.enrolments = lines
        self.by_letter = {letter: mark.value for mark, letter in LETTERS.items()} | {
            "": "",
            "-": "",
        }
        self.kept_extras: list[Extra] = []
        self.matched: dict[UUID, str] = {}

    def read(self, sent: str) -> str:
        letter = sent.strip().upper()
        return self.by_letter.get(letter, letter)

    def marks(self) -> dict[UUID, str]:
        return super().marks() | self.matched

    def walk_ins(self) -> list[WalkIn]:
        return [
            WalkIn(UUID(e.client_id), e.name, e.organisation_text, self.read(e.letter))
            for e in self.kept_extras
            if e.who == "new"
        ]

    def extras(self, blank: int) -> list[Extra]:
        """Those typed, and blank ones after them."""
        typed = self.kept_extras
        return typed + [Extra(len(typed) + n, str(new_id())) for n in range(blank)]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        for pk, enrolment in self.enrolments.items():
            if self.chosen(pk) not in Mark.values:
                self.add_error(
                    None, _("%(name)s: escribe P, T, J o F.") % {"name": enrolment.listed_name}
                )
        self.kept_extras = [extra for extra in self._sent_extras() if not extra.is_blank]
        for extra in self.kept_extras:
            self._settle(extra)
        return answers

    def _sent_extras(self) -> list[Extra]:
        keys = [key.removeprefix("nueva-") for key in self.data if key.startswith("nueva-")]
        return [
            Extra(
                number=number,
                client_id=key,
                name=tidy(self.data[f"nueva-{key}"])[:LONGEST_NAME],
                organisation_text=tidy(self.data.get(f"vino-{key}", ""))[:LONGEST_NAME],
                letter=self.data.get(f"letra-{key}", "").strip().upper(),
                who=self.data.get(f"quien-{key}", ""),
            )
            for number, key in enumerate(keys)
            if _is_id(key)
        ]

    def _settle(self, extra: Extra) -> None:
        """Who a typed name is, or the sentence that asks for it."""
        try:
            refuse_control_characters(extra.name + extra.organisation_text)
        except ValidationError as error:
            return self._ask(extra, error.messages[0])
        if not extra.name:
            return self._ask(extra, _("Escribe su nombre."))
        if not self.read(extra.letter):
            extra.letter = LETTERS[Mark.PRESENT]  # her name stands on the signed sheet
        if self.read(extra.letter) not in Mark.values:
            return self._ask(extra, _("Escribe P, T, J o F."))
        found = same_names(extra.name, self.enrolments.values())
        known = {str(enrolment.pk): enrolment for enrolment in found}
        if extra.who == "new" or not found:
            extra.who = "new"
            return None
        if extra.who in known or len(found) == 1:
            chosen = known.get(extra.who, found[0])
            self.matched[chosen.pk] = self.read(extra.letter)
            extra.who = str(chosen.pk)
            return None
        extra.choices, extra.who = found, ""
        return self._ask(extra, _("Hay varias con ese nombre. Elige quién es."))

    def _ask(self, extra: Extra, sentence: str) -> None:
        extra.sentence = sentence
        self.add_error(None, f"{extra.name or _('Línea sin nombre')}: {sentence}")


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


class RecordForm(PortalForm):
    record = UploadField(label=gettext_lazy("Foto o PDF de la hoja firmada"))


class PrintForm(PortalForm):
    purpose = forms.CharField(
        label=gettext_lazy("Para qué se imprime el DNI completo"),
        help_text=gettext_lazy("Queda anotado quién lo imprime y para qué."),
        min_length=10,
        max_length=200,
        error_messages={"min_length": gettext_lazy("Cuéntalo con 10 letras o más.")},
    )


class MonthForm(PortalForm):
    mes = forms.CharField(
        label=gettext_lazy("Mes"), help_text=gettext_lazy("Así: 11/2026."), max_length=20
    )

    def clean_mes(self) -> date:
        """The first day of the month."""
        text = self.cleaned_data["mes"]
        try:
            month = parse_partial(text)
        except Refused:
            month = None
        if month is None or month.precision != Precision.MONTH:
            raise ValidationError(_("Escribe el mes así: 11/2026."))
        return month.date
