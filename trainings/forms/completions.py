"""Input about who completed: a decision for each line, as proposed or not, with its reason."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from network.base.forms import PortalForm, tidy
from trainings.actions.completions import Decision
from trainings.models import Completion
from trainings.proposals import Proposal

Result = Completion.Result
LATER = ""  # not decided now


class DecisionsForm(PortalForm):
    """`decide-<line>` is what was chosen and `reason-<line>` why; some may be left for later."""

    hours_reason = forms.CharField(
        label=gettext_lazy("Por qué son otras horas"), max_length=90, required=False
    )

    def __init__(
        self, *args: Any, proposals: list[Proposal], other_hours: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.other_hours = other_hours
        self.proposals = [p for p in proposals if p.is_open]
        for proposal in self.proposals:
            name = proposal.enrolment.listed_name
            self.fields[_decide(proposal.enrolment.pk)] = forms.ChoiceField(
                label=name,
                choices=[(LATER, _("Decidir después")), *Result.choices],
                initial=proposal.result,
                required=False,
            )
            self.fields[_reason(proposal.enrolment.pk)] = forms.CharField(
                label=_("Motivo: %(name)s") % {"name": name}, max_length=200, required=False
            )

    @property
    def rows(self) -> list[tuple[Proposal, Any, Any]]:
        return [
            (p, self[_decide(p.enrolment.pk)], self[_reason(p.enrolment.pk)])
            for p in self.proposals
        ]

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        for proposal in self.proposals:
            pk = proposal.enrolment.pk
            chosen = answers.get(_decide(pk), LATER)
            if chosen not in (LATER, proposal.result) and not answers.get(_reason(pk)):
                words = _("%(name)s: escribe por qué se decide distinto de lo propuesto.")
                self.add_error(_reason(pk), words % {"name": proposal.enrolment.listed_name})
        decided = self.decided(answers)
        if self.other_hours and not answers.get("hours_reason") and _completing(decided):
            self.add_error("hours_reason", _("Escribe por qué se dieron otras horas."))
        if not self.errors and not decided:
            first = _decide(self.proposals[0].enrolment.pk) if self.proposals else None
            self.add_error(first, _("No elegiste nada que aprobar."))
        return answers

    def decided(self, answers: dict[str, Any]) -> list[Decision]:
        return [
            Decision(p.enrolment.pk, chosen, tidy(answers.get(_reason(p.enrolment.pk), "")))
            for p in self.proposals
            if (chosen := answers.get(_decide(p.enrolment.pk), LATER)) != LATER
        ]

    @property
    def decisions(self) -> list[Decision]:
        return self.decided(self.cleaned_data)


def _completing(decisions: list[Decision]) -> bool:
    return any(decision.result == Result.COMPLETED for decision in decisions)


def _decide(pk: UUID) -> str:
    return f"decide-{pk}"


def _reason(pk: UUID) -> str:
    return f"reason-{pk}"


class VoidForm(PortalForm):
    reason = forms.CharField(label=gettext_lazy("Por qué se anula"), max_length=200)
