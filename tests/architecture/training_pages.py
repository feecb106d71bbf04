"""Who gets what at the addresses of trainings: a part of the table in access_matrix.py.

Editions hold nobody's data: whoever works with trainings sees them all. Who runs one (N, and R in
her own region) may change it; a line of a roster is seen by the region or organisation it is of.
"""

from tests.architecture.page import BOTH, PUBLIC, WRITE, Page

ANYBODY = "NRLTAPUDME"
TRAINING_SEES = {
    "course": (ANYBODY, ANYBODY),
    "requirement": (ANYBODY, ANYBODY),
    "edition": (ANYBODY, ANYBODY),
    "session": (ANYBODY, ANYBODY),
    "version": (ANYBODY, ANYBODY),
    "exemption": (ANYBODY, ANYBODY),
    # Of an organisation: the reader outside the network reaches all of them, and only the women
    # who agreed to it.
    "gap": ("NRLTP", "NP"),
    "invited": ("", ""),
    "enrolment": ("NRLTP", "N"),
    "walk_in": ("NRT", "N"),
    "completion": ("NRLTP", "N"),
    "certificate": ("NRLTP", "N"),
    "certificate_code": (ANYBODY, ANYBODY),
    "publication": (ANYBODY, ANYBODY),
    "publication_code": (ANYBODY, ANYBODY),
    "topic": (ANYBODY, ANYBODY),
    "topic_of": (ANYBODY, ANYBODY),
}

COURSES: tuple[Page, ...] = (
    Page("course-list", "training_view"),
    Page("course-register", "course_edit", BOTH),
    Page("course-detail", "training_view", row="course"),
    Page("course-edit", "course_edit", BOTH, "course"),
    Page("course-retire", "course_edit", BOTH, "course"),
    Page("course-reopen", "course_edit", WRITE, "course"),
    Page("course-version-add", "course_edit", BOTH, "course"),
    Page("course-version-edit", "course_edit", BOTH, "version"),
    Page("requirement-list", "training_view"),
    Page("requirement-add", "course_edit", BOTH),
    Page("requirement-end", "course_edit", BOTH, "requirement"),
    Page("exemption-add", "course_edit", BOTH, "requirement"),
    Page("exemption-end", "course_edit", WRITE, "exemption"),
)
MATRIX: tuple[Page, ...] = (
    Page("matrix", "training_view"),
    Page("matrix-gap", "roster_view", row="gap"),
    Page("matrix-invite", "enrol", WRITE, "gap"),
    Page("invitation-undo", "enrol", WRITE, "invited", post=(404,)),  # whose it was alone
)
EDITIONS: tuple[Page, ...] = ()
ROSTERS: tuple[Page, ...] = ()
SESSIONS: tuple[Page, ...] = ()
COMPLETIONS: tuple[Page, ...] = ()
CERTIFICATES: tuple[Page, ...] = ()
MANUALS: tuple[Page, ...] = (
    Page("manual-read", PUBLIC, row="publication_code"),
    Page("topic-picture", PUBLIC, row="topic", get=(404,)),  # it has none
    Page("manual-file", PUBLIC, row="publication", get=(404,)),
    Page("manual-list", "training_view"),
    Page("manual-detail", "training_view", row="publication"),
    Page("version-add", "manual_edit", BOTH, "publication"),
    Page("version-publish", "manual_edit", WRITE, "publication"),
    Page("topic-add", "manual_edit", BOTH, "publication"),
    Page("topic-edit", "manual_edit", BOTH, "topic_of"),
    Page("stock-add", "handout_record", BOTH, "publication"),
    Page("handout-add", "handout_record", BOTH, "publication"),
    # Anybody who works with trainings looks; who does not run it and posts is told 403.
    Page("edition-materials", "training_view", BOTH, "edition", post=(200, 302, 403)),
)

TRAINING_PAGES = (
    *COURSES,
    *MATRIX,
    *EDITIONS,
    *ROSTERS,
    *SESSIONS,
    *COMPLETIONS,
    *CERTIFICATES,
    *MANUALS,
)
