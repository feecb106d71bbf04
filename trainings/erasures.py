"""What is erased of a woman in her trainings. Attendance and completions still count her; a
certificate is frozen as it was issued."""

from members.erasing import Erasure
from trainings.models import (
    Completion,
    EditionTrainer,
    Enrolment,
    Handout,
    Needs,
    Reading,
    Session,
    WalkInJoin,
)

ERASURES = (
    Erasure(
        "enrolments",
        Enrolment,
        {"walk_in_name": "", "walk_in_organisation": "", "state_reason": ""},
    ),
    # Why she did not complete may tell of her health; that there was a reason stays.
    Erasure("completions", Completion, {"source": "", "reason": "—", "void_reason": ""}),
    Erasure("needs", Needs, None),
    Erasure("trainers", EditionTrainer, {}),
    Erasure("sessions", Session, {}, "trainer_id"),
    Erasure("handouts", Handout, {}),
    Erasure("readings", Reading, {}),
    Erasure("walk_in_joins", WalkInJoin, {}),
)
