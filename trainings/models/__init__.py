from trainings.models.attendance import Attendance, SessionRecord
from trainings.models.certificates import Certificate, CertificateSeries, CodeMiss, Signatory
from trainings.models.completions import Completion
from trainings.models.courses import Course, CourseVersion, Requirement
from trainings.models.editions import (
    Edition,
    EditionFunding,
    EditionInstitution,
    EditionTrainer,
    Quota,
    Session,
)
from trainings.models.enrolments import Enrolment, Needs, WalkInJoin
from trainings.models.manuals import (
    Handout,
    Publication,
    PublicationVersion,
    Reading,
    StockMovement,
    Topic,
)
from trainings.models.results import Satisfaction, TestScore

__all__ = [
    "Attendance",
    "Certificate",
    "CertificateSeries",
    "CodeMiss",
    "Completion",
    "Course",
    "CourseVersion",
    "Edition",
    "EditionFunding",
    "EditionInstitution",
    "EditionTrainer",
    "Enrolment",
    "Handout",
    "Needs",
    "Publication",
    "PublicationVersion",
    "Quota",
    "Reading",
    "Requirement",
    "Satisfaction",
    "Session",
    "SessionRecord",
    "Signatory",
    "StockMovement",
    "TestScore",
    "Topic",
    "WalkInJoin",
]
