"""Input about boards: a day to look at, a post to give, a term to end, a board to hand over."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.actions.boards import Term
from members.boards import Seat
from members.models import Office, Person
from network.base.forms import DateField, PortalForm
from network.base.text import fold

# So many names are offered while typing, and so many are told apart in an error.
MOST_OFFERED = 300
MOST_TOLD = 5


def label_of(person: Person) -> str:
    """Her name, and what tells her from another of the same name: the end of her document or the
    year of her birth."""
    if person.document_tail:
        return f"{person.listed_name} (•••{person.document_tail})"
    if person.born_on:
        return f"{person.listed_name} ({person.born_on.year})"
    return person.listed_name


class MemberField(forms.CharField):
    """A woman chosen by typing her name: one that fits is taken, of several the form asks which."""

    def __init__(self, people: QuerySet[Person], **kwargs: Any) -> None:
        self.people = people
        widget = forms.TextInput(attrs={"list": "socias", "autocomplete": "off"})
        messages = {"required": gettext_lazy("Escribe quién.")}
        super().__init__(
            **{"widget": widget, "max_length": 200, "error_messages": messages, **kwargs}
        )

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return self._read(text) if text else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)

    def _read(self, text: str) -> Person:
        name = text.partition("(")[0]
        found = list(self.people.search(name).order_by("name_key")[: MOST_OFFERED + 1])  # type: ignore[attr-defined]
        exact = [p for p in found if label_of(p) == text]
        exact = exact or [p for p in found if fold(p.listed_name) == fold(text)]
        if len(exact) == 1 or len(found) == 1:
            return (exact or found)[0]
        if not found:
            raise ValidationError(
                _("No hay ninguna socia con ese nombre. Escribe apellidos y nombres."),
                code="unknown",
            )
        told = "; ".join(label_of(p) for p in (exact or found)[:MOST_TOLD])
        raise ValidationError(_("¿Cuál es? %(names)s.") % {"names": told}, code="doubtful")


def offered_names(people: QuerySet[Person]) -> list[str]:
    """What the name boxes suggest; nothing when there are too many to look through."""
    names = [label_of(p) for p in people.order_by("name_key")[: MOST_OFFERED + 1]]
    return names if len(names) <= MOST_OFFERED else []


class BoardDayForm(PortalForm):
    marks_optional = False
    al = DateField(label=gettext_lazy("Ver la junta de otro día"), required=False)


class TermForm(PortalForm):
    """When a post is held."""

    first_day = DateField(
        label=gettext_lazy("Desde"),
        help_text=gettext_lazy("Puede ser una fecha que todavía no llega."),
    )
    last_day = DateField(
        label=gettext_lazy("Hasta"),
        help_text=gettext_lazy("Último día del periodo, si se sabe."),
        required=False,
    )
    elected_on = DateField(label=gettext_lazy("Elegida en asamblea el"), past=True, required=False)

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        first, last = answers.get("first_day"), answers.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("La fecha de término es anterior a la de inicio."))
        return answers

    def term(self) -> Term:
        answers = self.cleaned_data
        return Term(answers["first_day"], answers["last_day"], answers["elected_on"])


class AssignForm(TermForm):
    """A post for one woman."""

    post = forms.ChoiceField(label=gettext_lazy("Cargo"), choices=Office.Post.choices)

    field_order = ["post", "person"]

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"] = MemberField(people, label=_("Quién"))
        self.order_fields(self.field_order)


class HandOverForm(TermForm):
    """Who comes into each post. What is left empty stays as it is."""

    def __init__(
        self, *args: Any, people: QuerySet[Person], seats: list[Seat], only: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        held = {seat.post: seat for seat in seats}
        self.posts = [post for post in Office.Post if not only or post == only]
        for post in self.posts:
            self.fields[post.value] = MemberField(
                people,
                label=post.label,
                help_text=_today_in_words(held.get(post)),
                required=bool(only),
            )

    def clean(self) -> dict[str, Any]:
        answers = super().clean()
        if not self.errors and not self.incoming():
            raise ValidationError(_("Escribe quién entra en al menos un cargo."), code="empty")
        return answers

    def incoming(self) -> dict[str, Person]:
        answers = self.cleaned_data
        return {post.value: answers[post.value] for post in self.posts if answers.get(post.value)}

    def left_as_they_are(self) -> tuple[str, ...]:
        return tuple(post.value for post in self.posts if not self.cleaned_data.get(post.value))


def _today_in_words(seat: Seat | None) -> str:
    if seat is None or seat.office is None:
        return _("Hoy: nadie.")
    holder = seat.holder.full_name if seat.holder else _("alguien que no puedes ver")
    return _("Hoy: %(holder)s.") % {"holder": holder}


class TermEndForm(PortalForm):
    last_day = DateField(
        label=gettext_lazy("Último día"), help_text=gettext_lazy("Ese día todavía cuenta.")
    )
    reason = forms.CharField(label=gettext_lazy("Por qué termina"), max_length=200, required=False)
