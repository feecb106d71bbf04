"""Pages of figures: all of them for a period, and one of them in its parts."""

from functools import reduce
from itertools import groupby
from operator import add
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from members.access import Permission
from members.requests import SignedInRequest
from network.base.access import requires
from network.base.figures import Question
from network.reports.figures import answer, figures_for, parts_shown, period_in_words
from network.reports.forms import PeriodForm, SplitForm


@require_GET
@requires(Permission.STAFF_HOME)
def figure_list(request: SignedInRequest) -> HttpResponse:
    form = PeriodForm(request.GET or None)
    question = _question(request, form)
    answers = [answer(figure, question) for figure in figures_for(request.user)]
    topics = groupby(answers, key=lambda one: str(one.figure.topic or _("La red")))
    return render(
        request,
        "reports/figure_list.html",
        {
            "form": form,
            "topics": [(topic, list(of_topic)) for topic, of_topic in topics],
            "period": period_in_words(question.first, question.last),
            "today": timezone.localdate(),
        },
    )


@require_GET
@requires(Permission.STAFF_HOME)
def figure_detail(request: SignedInRequest, name: str) -> HttpResponse:
    figure = next((f for f in figures_for(request.user) if f.name == name), None)
    if figure is None:
        raise Http404
    splits = [(split.name, split.label) for split in figure.splits]
    form = SplitForm(request.GET or None, splits=splits)
    question = _question(request, form)
    split = form.cleaned_data.get("corte", "") if form.is_bound and form.is_valid() else ""
    parts = parts_shown(figure, question, split) if split else []
    return render(
        request,
        "reports/figure_detail.html",
        {
            "form": form,
            "answer": answer(figure, question),
            "split": dict(splits).get(split, ""),
            "parts": parts,
            "adds_up": _adds_up(parts, figure, question),
            "period": period_in_words(question.first, question.last)
            if figure.has_period
            else _("hoy"),
            "today": timezone.localdate(),
            "crumbs": [(_("Cifras"), reverse("figure-list"))],
        },
    )


def _question(request: SignedInRequest, form: PeriodForm) -> Question:
    """Without a valid period, since the beginning."""
    said: dict[str, Any] = form.cleaned_data if form.is_bound and form.is_valid() else {}
    return Question(user=request.user, first=said.get("desde"), last=said.get("hasta"))


def _adds_up(parts: list[Any], figure: Any, question: Question) -> bool:
    """Do the parts sum to the whole? Of distinct people they need not."""
    return bool(parts) and reduce(add, (p.value for p in parts)) == figure.compute(question)
