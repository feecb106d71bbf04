"""The page between a form and what it does: the answers as they were understood."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from members.forms.answers import EvidenceForm, answers_of


@contextmanager
def kept_if(is_kept: bool) -> Iterator[None]:
    """Do it and, before it was checked, take it back: what will be refused is refused already."""
    with transaction.atomic():
        yield
        if not is_kept:
            transaction.set_rollback(True)


def review_page(
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    save: str,
    effects: list[str] | None = None,
    without: tuple[str, ...] = (),
    evidence: EvidenceForm | None = None,
    **context: Any,
) -> HttpResponse:
    """`effects` are sentences on what else will change; `save` is what the button says.

    With `evidence` it also asks for the signed paper, and says what is wrong with the file.
    """
    answers = answers_of(form, without=without)
    return render(
        request,
        "members/review.html",
        {
            "form": form,
            "title": title,
            "save": save,
            "effects": effects or [],
            "evidence": evidence,
            "answers": answers,
            **context,
        },
    )
