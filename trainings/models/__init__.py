from trainings.models.attendance import Attendance, SessionRecord
from trainings.models.certificates import Certificate, CertificateSeries, CodeMiss, Signatory
from trainings.models.completions import Completion
from trainings.models.courses import Course, CourseAlias, CourseVersion, Exemption, Requirement
from trainings.models.coverage import Coverage, SharedCoverage, StaleCoverage
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
    "CourseAlias",
    "CourseVersion",
    "Coverage",
    "Edition",
    "EditionFunding",
    "EditionInstitution",
    "EditionTrainer",
    "Enrolment",
    "Exemption",
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
    "SharedCoverage",
    "Signatory",
    "StaleCoverage",
    "StockMovement",
    "TestScore",
    "Topic",
    "WalkInJoin",
]
