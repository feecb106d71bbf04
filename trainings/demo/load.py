"""Writes the invented trainings: editions, rosters, marks, scores, decisions, certificates."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Model
from django.utils import timezone

from members.models import Membership, Person, RegionalNetwork
from network.partners.models import Institution, Programme
from trainings.actions.certificates import issue_certificates
from trainings.codes import session_code
from trainings.demo.catalogue import COURSES, EDITIONS, MANUAL, REQUIREMENTS, InventedEdition
from trainings.models import (
    Attendance,
    Certificate,
    Completion,
    Course,
    CourseVersion,
    Edition,
    EditionFunding,
    EditionInstitution,
    EditionTrainer,
    Enrolment,
    Needs,
    Publication,
    PublicationVersion,
    Requirement,
    Satisfaction,
    Session,
    Signatory,
    StockMovement,
    TestScore,
    Topic,
)
from trainings.validity import valid_until

NAMESPACE = UUID("c1d0b1a4-94a8-4a43-9a55-9d9d4c07b6f2")
SEED = 30
NEW_FACES = 0.85  # of each edition
NO_SHOWS = "Faltó a más sesiones de las que se permiten"


def identity(*parts: object) -> UUID:
    return uuid5(NAMESPACE, ":".join(map(str, parts)))


def load_trainings(today: date) -> None:
    """Write three years of trainings of the demonstration network; a second call writes nothing."""
    if Course.objects.filter(pk=identity("course", COURSES[0].code)).exists():
        return
    _catalogue(today)
    _manual(today)
    season = _Season(Random(SEED), today)  # noqa: S311  # repeatable, not secret
    numbers: dict[str, count[int]] = {course.code: count(1) for course in COURSES}
    for order, invented in enumerate(EDITIONS):
        season.hold(order, invented, next(numbers[invented.course]))
    season.write()


def _catalogue(today: date) -> None:
    for invented in COURSES:
        course = Course.objects.create(
            pk=identity("course", invented.code),
            name=invented.name,
            short_name=invented.short_name,
            code=invented.code,
            theme=invented.theme,
            renews_id=identity("course", invented.renews) if invented.renews else None,
            is_demo=True,
        )
        CourseVersion.objects.create(
            pk=identity("version", invented.code, 1),
            course=course,
            number=1,
            hours=Decimal(invented.hours),
            syllabus=invented.syllabus,
            languages=["es"],
            target_roles=list(invented.roles),
            needs_test=invented.needs_test,
            pass_mark=60 if invented.needs_test else None,
            validity="rolling" if invented.valid_months else "none",
            valid_months=invented.valid_months or None,
            in_use_from=today - timedelta(days=1100),
            is_demo=True,
        )
    for role, code, reason in REQUIREMENTS:
        Requirement.objects.create(
            pk=identity("requirement", role, code),
            role=role,
            course_id=identity("course", code),
            starts_on=today - timedelta(days=700),
            reason=reason,
            is_demo=True,
        )
    for order, (name, post) in enumerate(
        (("Nombre de muestra", "Presidenta de la red"), ("Nombre de muestra", "Formadora")), start=1
    ):
        Signatory.objects.create(
            pk=identity("signatory", order),
            name=name,
            post=post,
            order=order,
            starts_on=today - timedelta(days=1100),
            is_demo=True,
        )


def _manual(today: date) -> None:
    """The manual in two versions, with copies in every store."""
    publication = Publication.objects.create(
        pk=identity("publication"),
        name="Manual de seguridad y salud para pallaqueras",
        code="manual-pallaqueras",
        summary="Cómo cuidarse al escoger mineral. Texto de muestra.",
        is_demo=True,
    )
    for number, days_ago in ((1, 900), (2, 300)):
        version = PublicationVersion.objects.create(
            pk=identity("manual", number),
            publication=publication,
            number=number,
            changes="Se agrega el tema del mercurio." if number == 2 else "",
            is_demo=True,
        )
        Topic.objects.bulk_create(
            Topic(
                pk=identity("topic", number, order),
                version=version,
                order=order,
                title=title,
                text=text,
                do=do,
                avoid=avoid,
            )
            for order, (title, text, do, avoid) in enumerate(MANUAL[: number + 2], start=1)
        )
        version.published_on = today - timedelta(days=days_ago)
        version.save(update_fields=["published_on"])
        for region in RegionalNetwork.objects.filter(is_demo=True):
            StockMovement.objects.create(
                pk=identity("stock", number, region.code),
                version=version,
                regional_network=region,
                kind="printed",
                copies=60,
                moved_on=today - timedelta(days=days_ago),
            )


class _Season:
    """Rows of all editions, gathered in the order they were held and written in one go."""

    def __init__(self, rng: Random, today: date) -> None:
        self.rng, self.today = rng, today
        self.programmes = {p.code: p for p in Programme.objects.filter(code__startswith="DEMO-")}
        self.organiser = Institution.objects.get(name="Solidaridad")
        self.courses = {course.code: course for course in COURSES}
        self.versions = {
            version.course.code: version
            for version in CourseVersion.objects.select_related("course").filter(is_demo=True)
        }
        self.held_until: dict[tuple[UUID, str], date] = {}
        self.diligence: dict[UUID, float] = {}
        self.rows: dict[type[Model], list[Any]] = {}
        self.turn: dict[str, int] = {}
        self.written: set[UUID] = set()
        self.women = self._women()

    def _women(self) -> dict[str, list[Membership]]:
        """Members of each regional network's organisations, shuffled once: who comes often, comes
        first."""
        by_network: dict[str, list[Membership]] = {}
        memberships = (
            Membership.objects.current()
            .filter(person__is_demo=True, person__document_kind__in=["dni", "none"])
            .select_related("person", "organisation")
            .order_by("person__name_key", "pk")
        )
        for network in RegionalNetwork.objects.filter(is_demo=True):
            hers = memberships.filter(
                organisation__affiliations__regional_network=network
            ).distinct()
            seen: dict[UUID, Membership] = {}
            for membership in hers:
                seen.setdefault(membership.person_id, membership)
            shuffled = list(seen.values())
            self.rng.shuffle(shuffled)
            by_network[network.code] = shuffled
        return by_network

    def add(self, row: Model) -> bool:
        """Keep a row to be written; False when that very row is there already."""
        if row.pk in self.written:
            return False
        self.written.add(row.pk)
        self.rows.setdefault(type(row), []).append(row)
        return True

    def hold(self, order: int, invented: InventedEdition, number: int) -> None:
        course = self.courses[invented.course]
        version = self.versions[invented.course]
        network = RegionalNetwork.objects.get(code=invented.network, is_demo=True)
        starts_on = self.today - timedelta(days=invented.days_ago)
        edition = Edition(
            pk=identity("edition", order),
            version=version,
            course=version.course,
            number=number,
            regional_network=network,
            starts_on=starts_on,
            ends_on=starts_on + timedelta(days=invented.step * (course.sessions - 1)),
            district=self.women[invented.network][0].organisation.district,
            venue="Local comunal",
            audience=invented.audience,
            seats=invented.seats,
            has_childcare=invented.childcare,
            has_meals=True,
            has_transport=bool(order % 3),
            opened_on=None if invented.outcome == "planned" else starts_on - timedelta(days=30),
            is_demo=True,
        )
        is_over = edition.ends_on < self.today - timedelta(days=10)
        if invented.outcome == "cancelled":
            edition.cancelled_on = starts_on - timedelta(days=3)
            edition.cancel_reason = "Carretera cortada por lluvias"
        elif is_over:
            edition.closed_on = edition.ends_on + timedelta(days=7)
        self.add(edition)
        self._around(edition, invented)
        sessions = self._sessions(edition, invented, order)
        for membership in self._next_women(invented):
            self._woman(edition, membership, sessions)
        if is_over and not edition.cancelled_on:
            self._opinions(edition)

    def _around(self, edition: Edition, invented: InventedEdition) -> None:
        trainer = self.women[invented.network][-1].person
        self.add(
            EditionTrainer(pk=identity("trainer", edition.pk), edition=edition, person=trainer)
        )
        self.add(
            EditionInstitution(
                pk=identity("organiser", edition.pk),
                edition=edition,
                institution=self.organiser,
                is_lead=True,
            )
        )
        for code, share in invented.pays:
            self.add(
                EditionFunding(
                    pk=identity("funding", edition.pk, code),
                    edition=edition,
                    programme=self.programmes[code],
                    share=Decimal(share),
                )
            )

    def _sessions(self, edition: Edition, invented: InventedEdition, order: int) -> list[Session]:
        course = self.courses[invented.course]
        topics = course.syllabus.splitlines()
        sessions = []
        for number in range(course.sessions):
            held_on = edition.starts_on + timedelta(days=invented.step * number)
            length = int(course.session_hours * 60)
            session = Session(
                pk=identity("session", edition.pk, number),
                edition=edition,
                held_on=held_on,
                starts_at=time(9),
                ends_at=(datetime.combine(held_on, time(9)) + timedelta(minutes=length)).time(),
                planned_hours=course.session_hours,
                topic=topics[number] if number < len(topics) else "",
                code=session_code(Random(f"{SEED}:{order}:{number}")),  # noqa: S311
                closed_at=_at(held_on, 18) if held_on < self.today - timedelta(days=7) else None,
            )
            sessions.append(session)
            self.add(session)
        return sessions

    def _next_women(self, invented: InventedEdition) -> list[Membership]:
        """The next in turn, some of whom were in the last one too."""
        pool = self.women[invented.network][:-1]  # the last one teaches
        first = self.turn.get(invented.network, 0)
        self.turn[invented.network] = first + int(invented.people * NEW_FACES)
        return [pool[(first + place) % len(pool)] for place in range(invented.people)]

    def _woman(
        self,
        edition: Edition,
        membership: Membership,
        sessions: list[Session],
    ) -> None:
        person = membership.person
        is_ahead = edition.starts_on > self.today
        state = Enrolment.State.CONFIRMED
        if is_ahead:
            state = Enrolment.State(self.rng.choice(("confirmed", "confirmed", "invited")))
        enrolment = Enrolment(
            pk=identity("enrolment", edition.pk, person.pk),
            edition=edition,
            person=person,
            organisation=membership.organisation,
            state=state,
            origin=Enrolment.Origin.ORGANISATION,
            state_changed_at=_at(edition.starts_on - timedelta(days=14), 10),
            is_demo=True,
        )
        if not self.add(enrolment):
            return
        if self.rng.random() < 0.25:
            self._asks(person, edition)
        if not edition.cancelled_on and not is_ahead:
            self._takes_part(enrolment, sessions)

    def _asks(self, person: Person, edition: Edition) -> None:
        self.add(
            Needs(
                person=person,
                children_count=self.rng.choice((0, 1, 1, 2)),
                needs_transport=self.rng.random() < 0.5,
                diet=self.rng.choice(("", "", "Sin ají", "Vegetariana")),
                asked_on=edition.starts_on - timedelta(days=10),
            )
        )

    def _takes_part(self, enrolment: Enrolment, sessions: list[Session]) -> None:
        diligence = self.diligence.setdefault(
            enrolment.person_id or enrolment.pk, self.rng.choice((0.6, 0.9, 0.95, 0.98, 0.99))
        )
        attended = Decimal(0)
        for session in sessions:
            if session.held_on > self.today:
                continue
            if self.rng.random() < diligence:
                mark = "l" if self.rng.random() < 0.08 else "p"
                attended += session.planned_hours
            else:
                mark = self.rng.choice("aae")
            if session.closed_at is None:
                mark = ""  # the sheet is still to be typed
            moment = _at(session.held_on, 13)
            self.add(
                Attendance(
                    pk=identity("mark", session.pk, enrolment.pk),
                    session=session,
                    enrolment=enrolment,
                    edition=enrolment.edition,
                    mark=mark,
                    origin=self.rng.choice(("grid", "sheet", "phone")) if mark else "roster",
                    marked_at=moment if mark else None,
                    received_at=moment if mark else None,
                )
            )
        if enrolment.edition.closed_on:
            self._decide(enrolment, sessions, attended)

    def _decide(self, enrolment: Enrolment, sessions: list[Session], attended: Decimal) -> None:
        edition, version = enrolment.edition, enrolment.edition.version
        planned = sum((s.planned_hours for s in sessions), Decimal(0))
        passed = not version.needs_test or self._is_tested(enrolment, sessions[-1])
        is_enough = attended >= planned * version.minimum_share / 100
        achieved = is_enough and passed
        person_id, course = enrolment.person_id, edition.course.code
        key = (person_id or enrolment.pk, self.courses[course].renews or course)
        until = (
            valid_until(version, edition.ends_on, self.held_until.get(key)) if achieved else None
        )
        if until:
            self.held_until[key] = until
        reason = "" if achieved else (NO_SHOWS if not is_enough else "No alcanzó la nota mínima")
        self.add(
            Completion(
                pk=identity("completion", enrolment.pk),
                person=enrolment.person,
                course=edition.course,
                version=version,
                enrolment=enrolment,
                organisation=enrolment.organisation,
                result="completed" if achieved else "not_completed",
                reason=reason,
                completed_on=edition.ends_on,
                hours=attended,
                planned_hours=planned,
                valid_until=until,
                approved_at=_at(edition.ends_on + timedelta(days=7), 10),
                is_demo=True,
            )
        )

    def _is_tested(self, enrolment: Enrolment, last: Session) -> bool:
        before = self.rng.randint(5, 13)
        after = min(20, before + self.rng.randint(1, 9))
        has_before = self.rng.random() < 0.85
        for moment, score in (("before", before), ("after", after)):
            if moment == "after" or has_before:
                self.add(
                    TestScore(
                        pk=identity("score", enrolment.pk, moment),
                        enrolment=enrolment,
                        moment=moment,
                        score=Decimal(score),
                        maximum=Decimal(20),
                        taken_on=last.held_on,
                    )
                )
        return after >= 12

    def _opinions(self, edition: Edition) -> None:
        self.add(
            Satisfaction(
                pk=identity("opinion", edition.pk),
                client_id=identity("opinion", edition.pk),
                edition=edition,
                happy_count=self.rng.randint(8, 15),
                neutral_count=self.rng.randint(0, 4),
                unhappy_count=self.rng.randint(0, 2),
                words=self.rng.choice(("", "Más práctica y menos diapositivas", "Que dure más")),
                answered_on=edition.ends_on,
            )
        )

    def write(self) -> None:
        models: tuple[type[Model], ...] = (
            Edition,
            EditionTrainer,
            EditionInstitution,
            EditionFunding,
            Session,
            Enrolment,
            Needs,
            Attendance,
            TestScore,
            Satisfaction,
            Completion,
        )
        for model in models:
            model._default_manager.bulk_create(self.rows.get(model, []))
        self._certificates()

    def _certificates(self) -> None:
        """Issued a week after each edition, and one of them by mistake."""
        days = Completion.objects.achieved().filter(is_demo=True, enrolment__isnull=False)
        for day in sorted(set(days.values_list("completed_on", flat=True))):
            issue_certificates(
                completions=days.filter(completed_on=day),
                by=None,
                issued_on=min(day + timedelta(days=8), self.today),
            )
        mistaken = Certificate.objects.order_by("-year", "-number")[:1].values("pk")
        Certificate.objects.filter(pk__in=mistaken).update(
            revoked_on=self.today, revocation=Certificate.Revocation.ERROR
        )


def _at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))
