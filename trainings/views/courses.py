"""Pages of courses, of their versions and of who must hold them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from members.access import Permission
from members.forms.answers import REVIEW, SAVE, step_of
from members.requests import SignedInRequest
from members.views.reviewing import kept_if, review_page
from network.base.access import requires
from network.base.errors import Refused
from network.base.listing import listing_page
from trainings.actions import courses as actions
from trainings.courses import (
    asked_of,
    editions_of,
    holding_count,
    rule_in_words,
    validity_in_words,
    versions_of,
)
from trainings.exports.courses import COURSES
from trainings.forms.courses import (
    CourseForm,
    ExemptionForm,
    RequirementEndForm,
    RequirementForm,
    RetireForm,
    VersionForm,
)
from trainings.models import Course, CourseVersion, Exemption, Requirement
from trainings.models.courses import Holder


@require_GET
@requires(Permission.TRAINING_VIEW)
def course_list(request: SignedInRequest) -> HttpResponse:
    listing = listing_page(request, COURSES)
    return render(request, "trainings/course_list.html", {"listing": listing})


def _course(request: SignedInRequest, pk: UUID) -> Course:
    rows = Course.objects.visible_to(request.user).select_related("renews")
    return get_object_or_404(rows, pk=pk)


def _crumbs(course: Course | None = None) -> list[tuple[str, str]]:
    crumbs = [(_("Formación"), reverse("matrix")), (_("Cursos"), reverse("course-list"))]
    if course:
        crumbs.append((course.called, reverse("course-detail", args=[course.pk])))
    return crumbs


@require_GET
@requires(Permission.TRAINING_VIEW)
def course_detail(request: SignedInRequest, pk: UUID) -> HttpResponse:
    course, today = _course(request, pk), timezone.localdate()
    editions, held = editions_of(course, today)
    return render(
        request,
        "trainings/course_detail.html",
        {
            "course": course,
            "crumbs": _crumbs(),
            "is_taught": course.retired_on is None or course.retired_on > today,
            "versions": [
                {
                    "version": version,
                    "rule": rule_in_words(version),
                    "validity": validity_in_words(version),
                    "roles": [Holder(role).label for role in version.target_roles],
                }
                for version in versions_of(course)
            ],
            "editions": editions,
            "held_count": held,
            "refreshers": list(course.refreshers.order_by("name_key")),
            "asked": asked_of(course, request.user, today),
            "holding_count": holding_count(course, request.user, today),
        },
    )


def _edited(
    request: SignedInRequest,
    form: Any,
    write: Any,
    *,
    title: str,
    crumbs: list[tuple[str, str]],
    cancel: str,
    lead: str = "",
    said: str = "",
    effects: list[str] | None = None,
    to: Any = None,
) -> HttpResponse:
    """A form, its answers to check, and what is written once they are right; then on to `to` of
    what was written."""
    if step_of(request) in {REVIEW, SAVE} and form.is_valid():
        is_kept = step_of(request) == SAVE
        try:
            with kept_if(is_kept):
                written = write()
        except Refused as refusal:
            refusal.put_on(form)
        else:
            if not is_kept:
                return review_page(
                    request, form, title=title, save=_("Guardar"), crumbs=crumbs, effects=effects
                )
            messages.success(request, said or _("Datos guardados."))
            return redirect(to(written) if to else cancel)
    return render(
        request,
        "trainings/course_edit.html",
        {"form": form, "title": title, "lead": lead, "crumbs": crumbs, "cancel": cancel},
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.COURSE_EDIT)
def course_register(request: SignedInRequest) -> HttpResponse:
    form = CourseForm(request.POST or None)
    return _edited(
        request,
        form,
        lambda: actions.register_course(facts=form.facts(), by=request.user),
        title=_("Registrar un curso"),
        crumbs=_crumbs(),
        cancel=reverse("course-list"),
        said=_("El curso está en el catálogo. Escribe ahora su primera versión."),
        to=lambda course: reverse("course-version-add", args=[course.pk]),
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.COURSE_EDIT)
def course_edit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    course = _course(request, pk)
    form = CourseForm(request.POST or None, stored=course)
    return _edited(
        request,
        form,
        lambda: actions.correct_course(course=course, facts=form.facts(), by=request.user),
        title=_("Corregir el curso"),
        crumbs=_crumbs(course),
        cancel=reverse("course-detail", args=[course.pk]),
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.COURSE_EDIT)
def course_retire(request: SignedInRequest, pk: UUID) -> HttpResponse:
    course = _course(request, pk)
    form = RetireForm(request.POST or None)
    return _edited(
        request,
        form,
        lambda: actions.retire_course(course=course, day=form.cleaned_data["day"], by=request.user),
        title=_("Dejar de dar el curso"),
        lead=course.name,
        crumbs=_crumbs(course),
        cancel=reverse("course-detail", args=[course.pk]),
        effects=[
            _("No se ofrece para ediciones nuevas desde ese día."),
            _("Lo que ya se completó y sus constancias no cambian."),
            _("Si el curso se pide a alguien, se sigue pidiendo hasta que termines el requisito."),
        ],
    )


@require_POST
@requires(Permission.COURSE_EDIT)
def course_reopen(request: SignedInRequest, pk: UUID) -> HttpResponse:
    course = _course(request, pk)
    actions.reopen_course(course=course, by=request.user)
    messages.success(request, _("El curso se da otra vez."))
    return redirect("course-detail", course.pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.COURSE_EDIT)
def version_add(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The next version, begun from the one before."""
    course = _course(request, pk)
    last = course.versions.first()
    form = VersionForm(request.POST or None, stored=last)
    form.initial["in_use_from"] = timezone.localdate()
    return _edited(
        request,
        form,
        lambda: actions.make_version(course=course, facts=form.facts(), by=request.user),
        title=_("Nueva versión"),
        lead=course.name,
        crumbs=_crumbs(course),
        cancel=reverse("course-detail", args=[course.pk]),
        effects=[_("Lo que se completó con versiones anteriores no cambia.")] if last else None,
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.COURSE_EDIT)
def version_edit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    rows = CourseVersion.objects.filter(course__in=Course.objects.visible_to(request.user))
    version = get_object_or_404(rows.select_related("course"), pk=pk)
    form = VersionForm(request.POST or None, stored=version)
    return _edited(
        request,
        form,
        lambda: actions.correct_version(version=version, facts=form.facts(), by=request.user),
        title=_("Corregir la versión %(number)s") % {"number": version.number},
        lead=version.course.name,
        crumbs=_crumbs(version.course),
        cancel=reverse("course-detail", args=[version.course_id]),
    )


# --- Who must hold it ----------------------------------------------------------------------------
def _requirement_crumbs() -> list[tuple[str, str]]:
    return [(_("Formación"), reverse("matrix")), (_("Requisitos"), reverse("requirement-list"))]


@require_GET
@requires(Permission.TRAINING_VIEW)
def requirement_list(request: SignedInRequest) -> HttpResponse:
    """Those in force or to come, with the exempt organisations; and those that ended."""
    today = timezone.localdate()
    rows = (
        Requirement.objects.visible_to(request.user)
        .select_related("course")
        .prefetch_related("exemptions__organisation")
        .annotate(exempt_count=Count("exemptions"))
        .order_by("course__name_key", "role", "-starts_on")
    )
    lines = list(rows)
    return render(
        request,
        "trainings/requirement_list.html",
        {
            "standing": [r for r in lines if r.ends_on is None or r.ends_on >= today],
            "ended": [r for r in lines if r.ends_on and r.ends_on < today],
            "crumbs": _requirement_crumbs()[:1],
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.COURSE_EDIT)
def requirement_add(request: SignedInRequest) -> HttpResponse:
    form = RequirementForm(request.POST or None, initial={"course": request.GET.get("curso")})
    return _edited(
        request,
        form,
        lambda: actions.add_requirement(**form.cleaned_data, by=request.user),
        title=_("Pedir un curso"),
        crumbs=_requirement_crumbs(),
        cancel=reverse("requirement-list"),
    )


def _requirement(request: SignedInRequest, pk: UUID) -> Requirement:
    rows = Requirement.objects.visible_to(request.user).select_related("course")
    return get_object_or_404(rows, pk=pk)


@require_http_methods(["GET", "POST"])
@requires(Permission.COURSE_EDIT)
def requirement_end(request: SignedInRequest, pk: UUID) -> HttpResponse:
    requirement = _requirement(request, pk)
    form = RequirementEndForm(request.POST or None)
    return _edited(
        request,
        form,
        lambda: actions.end_requirement(
            requirement=requirement, last_day=form.cleaned_data["last_day"], by=request.user
        ),
        title=_("Dejar de pedir un curso"),
        lead=str(requirement),
        crumbs=_requirement_crumbs(),
        cancel=reverse("requirement-list"),
        effects=[_("Desde el día siguiente no aparece en la matriz. Nadie pierde su constancia.")],
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.COURSE_EDIT)
def exemption_add(request: SignedInRequest, pk: UUID) -> HttpResponse:
    requirement = _requirement(request, pk)
    form = ExemptionForm(request.POST or None, requirement=requirement)
    return _edited(
        request,
        form,
        lambda: actions.exempt_organisation(
            requirement=requirement, **form.cleaned_data, by=request.user
        ),
        title=_("No pedirlo en una organización"),
        lead=str(requirement),
        crumbs=_requirement_crumbs(),
        cancel=reverse("requirement-list"),
    )


@require_POST
@requires(Permission.COURSE_EDIT)
def exemption_end(request: SignedInRequest, pk: UUID) -> HttpResponse:
    rows = Exemption.objects.filter(requirement__in=Requirement.objects.visible_to(request.user))
    exemption = get_object_or_404(rows.select_related("organisation"), pk=pk)
    actions.end_exemption(exemption=exemption, by=request.user)
    messages.success(
        request, _("Se pide otra vez en %(name)s.") % {"name": exemption.organisation.called}
    )
    return redirect("requirement-list")
