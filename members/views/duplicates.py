"""Pages of two records that may be one woman: the queue, the comparison, separating again."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.encoding import force_str
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access import Permission, scope_of
from members.actions.duplicates import merge_people, tell_apart, undo_merge
from members.duplicates import PAIRS_SHOWN, possible_pairs, why_alike
from members.merging import Plan, choices_between, plan_merge
from members.models import Merge, Person
from members.requests import SignedInRequest
from members.search import find_people
from members.views.people import crumbs, person_in_reach
from network.base.access import ensure, requires
from network.base.errors import Refused

FOUND_SHOWN = 20


@require_safe
@requires(Permission.PERSON_MERGE)
def duplicate_list(request: SignedInRequest) -> HttpResponse:
    pairs = possible_pairs(by=request.user)
    context = {"pairs": pairs, "is_full": len(pairs) == PAIRS_SHOWN, "crumbs": crumbs()}
    return render(request, "members/duplicate_list.html", context)


@require_safe
@requires(Permission.PERSON_MERGE)
def duplicate_choose(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Which is the other record of this woman? Found by name, document or phone."""
    person = person_in_reach(request, pk, Permission.PERSON_MERGE)
    text = request.GET.get("q", "").strip()[:100]
    scope = scope_of(request.user, Permission.PERSON_MERGE)
    rows = Person.objects.within(scope).exclude(pk=pk)
    wanted = find_people(rows, text or person.full_name, request.user)
    context = {
        "person": person,
        "text": text,
        "note": wanted.note if text else "",
        "found": wanted.rows.order_by("name_key", "pk")[:FOUND_SHOWN],
        "crumbs": crumbs(person),
    }
    return render(request, "members/duplicate_choose.html", context)


def _pair(request: SignedInRequest, one: UUID, other: UUID) -> tuple[Person, Person]:
    if one == other:
        raise Http404
    return (
        person_in_reach(request, one, Permission.PERSON_MERGE),
        person_in_reach(request, other, Permission.PERSON_MERGE),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PERSON_MERGE)
def person_merge(request: SignedInRequest, one: UUID, other: UUID) -> HttpResponse:
    """Side by side: which value stays, and every row that will move. `one` stays on record."""
    survivor, absorbed = _pair(request, one, other)
    chosen = [
        key.removeprefix("campo_")
        for key, value in request.POST.items()
        if key.startswith("campo_") and value == "other"
    ]
    plan = plan_merge(survivor=survivor, absorbed=absorbed)
    if request.method == "POST":
        try:
            merge_people(survivor=survivor, absorbed=absorbed, chosen=chosen, by=request.user)
        except Refused as refusal:
            return _merge_page(request, plan, chosen, problem=refusal.message)
        messages.success(
            request,
            _("Se juntaron las dos fichas. Puedes separarlas durante 30 días."),
        )
        return redirect("person-detail", survivor.pk)
    return _merge_page(request, plan)


def _merge_page(
    request: SignedInRequest, plan: Plan, chosen: list[str] | None = None, problem: str = ""
) -> HttpResponse:
    context = {
        "survivor": plan.survivor,
        "absorbed": plan.absorbed,
        "choices": choices_between(plan.survivor, plan.absorbed, chosen),
        "steps": plan.steps,
        "conflicts": plan.conflicts,
        "problem": "" if plan.conflicts else problem,
        "reasons": why_alike(plan.survivor, plan.absorbed),
        "crumbs": [*crumbs(), (_("Posibles duplicados"), reverse("duplicate-list"))],
    }
    return render(request, "members/person_merge.html", context)


@require_POST
@requires(Permission.PERSON_MERGE)
def person_different(request: SignedInRequest, one: UUID, other: UUID) -> HttpResponse:
    person, another = _pair(request, one, other)
    tell_apart(person=person, others=[another], by=request.user)
    messages.success(request, _("Anotado: son dos mujeres distintas. No se vuelve a preguntar."))
    return redirect("duplicate-list")


@require_POST
@requires(Permission.PERSON_MERGE)
def merge_undo(request: SignedInRequest, pk: UUID) -> HttpResponse:
    within = Person.objects.within(scope_of(request.user, Permission.PERSON_MERGE))
    rows = Merge.objects.filter(survivor__in=within).select_related("survivor", "absorbed")
    merge = get_object_or_404(rows, pk=pk)
    ensure(request.user, Permission.PERSON_MERGE, merge.survivor)
    try:
        kept = undo_merge(merge=merge, by=request.user)
    except Refused as refusal:
        messages.warning(request, refusal.message)
        return redirect("person-detail", merge.survivor_id)
    sentence = force_str(_("Las fichas están separadas otra vez."))
    if kept:
        sentence += " " + _("Quedó aquí lo que cambió después: %(rows)s.") % {
            "rows": "; ".join(kept)
        }
    messages.success(request, sentence)
    return redirect("person-detail", merge.survivor_id)
