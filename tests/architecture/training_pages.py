"""Who gets what at the addresses of trainings: a part of the table in access_matrix.py.

Editions hold nobody's data: whoever works with trainings sees them all. Who runs one (N, and R in
her own region) may change it; a line of a roster is seen by the region or organisation it is of.
"""

from tests.architecture.page import BOTH, MOVED, PUBLIC, WRITE, Page

ANYBODY = "NRLTAPUDME"
TRAINING_SEES = {
    "course": (ANYBODY, ANYBODY),
    "requirement": (ANYBODY, ANYBODY),
    "edition": (ANYBODY, ANYBODY),
    "session": (ANYBODY, ANYBODY),
    # Whoever may enrol proposes her own women to any edition.
    "propose_edition": (ANYBODY, ANYBODY),
    "session_documents": (ANYBODY, ANYBODY),
    # The same rows at addresses that change them.
    "run_edition": (ANYBODY, ANYBODY),
    "run_session": (ANYBODY, ANYBODY),
    "version": (ANYBODY, ANYBODY),
    "exemption": (ANYBODY, ANYBODY),
    # Of an organisation: the reader outside the network reaches all of them, and only the women
    # who agreed to it.
    "gap": ("NRLTP", "NP"),
    "invited": ("", ""),
    "enrolment": ("NRLTP", "N"),
    "walk_in": ("NRT", "N"),
    "completion": ("NRLTP", "N"),
    "paper": ("NRLTP", "N"),
    "certificate": ("NRLTP", "N"),
    "certificate_code": (ANYBODY, ANYBODY),
    "signatory": ("N", "N"),
    "certificate_list": (ANYBODY, ANYBODY),
    "publication": (ANYBODY, ANYBODY),
    "publication_code": (ANYBODY, ANYBODY),
    "topic": (ANYBODY, ANYBODY),
    "topic_of": (ANYBODY, ANYBODY),
    "opinion": (ANYBODY, ANYBODY),
    "register": ("NRLTP", "NP"),  # P sees every organisation, and of its women who agreed
}

# They see these rows, and do not run them.
TRAINING_NOT_THEIRS = {
    ("run_edition", "own"): "L",
    ("run_edition", "other"): "RLT",
    ("run_session", "own"): "L",
    ("run_session", "other"): "RLT",
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
EDITIONS: tuple[Page, ...] = (
    Page("training-home", "training_view"),
    Page("edition-list", "training_view"),
    Page("edition-add", "edition_edit", BOTH),
    Page("edition-detail", "training_view", row="edition"),
    Page("edition-calendar", "training_view", row="edition"),
    Page("edition-edit", "edition_edit", BOTH, row="run_edition"),
    Page("edition-trainers", "edition_edit", BOTH, row="run_edition"),
    Page("edition-institutions", "edition_edit", BOTH, row="run_edition"),
    Page("edition-funding", "edition_edit", BOTH, row="run_edition"),
    Page("edition-quotas", "edition_edit", BOTH, row="run_edition"),
    Page("edition-open", "edition_edit", WRITE, row="run_edition", post=MOVED),
    Page("edition-close", "edition_edit", BOTH, row="run_edition"),
    Page("edition-cancel", "edition_edit", BOTH, row="run_edition"),
    Page("edition-reopen", "edition_edit", WRITE, row="run_edition", post=MOVED),
    Page("session-add", "edition_edit", BOTH, row="run_edition"),
    Page("session-add-many", "edition_edit", BOTH, row="run_edition"),
    Page("session-edit", "edition_edit", BOTH, row="run_session"),
    Page("session-move", "edition_edit", BOTH, row="run_session"),
    Page("session-cancel", "edition_edit", BOTH, row="run_session"),
)
ROSTERS: tuple[Page, ...] = (
    Page("roster-list", "roster_view"),
    Page("edition-roster", "roster_view", row="edition"),
    Page("edition-logistics", "roster_view", row="edition"),
    Page("edition-enrol", "enrol", BOTH, row="propose_edition"),
    Page("roster-change", "enrol", WRITE, row="propose_edition"),
    Page("edition-promote", "enrol", WRITE, row="run_edition"),
    Page("enrolment-needs", "enrol", BOTH, row="enrolment"),
    Page("walk-in-join", "attendance_mark", BOTH, row="walk_in"),
    Page("walk-in-separate", "attendance_mark", WRITE, row="walk_in", post=MOVED),
    Page("person-calendar", "roster_view", row="person"),
)
SESSIONS: tuple[Page, ...] = (
    Page("attendance-list", "roster_view"),
    Page("edition-attendance", "roster_view", row="edition"),
    Page("session-attendance", "attendance_mark", BOTH, "session"),
    Page("session-close", "attendance_mark", WRITE, "session"),
    Page("session-reopen", "attendance_mark", WRITE, "session"),
    Page("session-record", "attendance_mark", WRITE, "session"),
    Page("session-sheet", "attendance_mark", BOTH, "session"),
    # Documents in full are of those who may reveal them.
    Page("session-print", "attendance_mark", row="session"),
    Page("session-print-full", "attendance_mark", BOTH, "session_documents"),
    Page("training-register", "roster_view", row="register"),
    Page("edition-results", "roster_view", row="edition"),
    Page("edition-scores", "attendance_mark", WRITE, "edition"),
    Page("edition-tally", "attendance_mark", WRITE, "edition"),
    Page("edition-opinion", PUBLIC, BOTH, "opinion"),
)
COMPLETIONS: tuple[Page, ...] = (
    Page("completion-list", "roster_view"),
    Page("edition-completion", "completion_approve", BOTH, "edition"),
    Page("completion-void", "completion_approve", BOTH, "completion"),
    Page("training-record-list", "roster_view"),
    Page("training-record-detail", "roster_view", row="paper"),
    Page("training-record-verify", "completion_approve", WRITE, "paper", post=MOVED),
    Page("training-record-evidence", "import", BOTH, "paper"),
    Page("training-record-void", "completion_approve", BOTH, "paper"),
)
CERTIFICATES: tuple[Page, ...] = (
    Page("certificate-ask", PUBLIC),
    Page("certificate-check", PUBLIC, row="certificate_code"),
    Page("certificate-picture", PUBLIC, row="certificate_code"),
    Page("certificate-credential", PUBLIC, row="certificate_code"),
    Page("credential-status", PUBLIC, row="certificate_list"),
    Page("issuer-did", PUBLIC),
    Page("issuer-keys", PUBLIC),
    Page("certificate-list", "roster_view"),
    Page("certificate-detail", "roster_view", row="certificate"),
    Page("certificate-paper", "roster_view", row="certificate"),
    Page("certificate-reissue", "certificate_issue", BOTH, "certificate"),
    Page("certificate-revoke", "certificate_revoke", BOTH, "certificate"),
    Page("edition-certificates", "roster_view", row="edition"),
    Page("certificates-issue", "certificate_issue", BOTH, "run_edition", get=MOVED),
    Page("signatory-list", "course_edit", BOTH),
    Page("signatory-end", "course_edit", BOTH, "signatory"),
    Page("person-transcript", "roster_view", row="person"),
    Page("person-transcript-paper", "roster_view", row="person"),
)
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
