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
    "enrolment": ("NRLTP", "N"),
    "walk_in": ("NRT", "N"),
    "completion": ("NRLTP", "N"),
    "certificate": ("NRLTP", "N"),
    "certificate_code": (ANYBODY, ANYBODY),
    "issued_edition": ("NR", "N"),
    "signatory": ("N", "N"),
    "certificate_list": (ANYBODY, ANYBODY),
    "publication": (ANYBODY, ANYBODY),
    "publication_code": (ANYBODY, ANYBODY),
    "topic": (ANYBODY, ANYBODY),
    "topic_of": (ANYBODY, ANYBODY),
}

COURSES: tuple[Page, ...] = ()
MATRIX: tuple[Page, ...] = ()
EDITIONS: tuple[Page, ...] = ()
ROSTERS: tuple[Page, ...] = ()
SESSIONS: tuple[Page, ...] = ()
COMPLETIONS: tuple[Page, ...] = ()
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
    Page("certificates-issue", "certificate_issue", BOTH, "issued_edition", get=MOVED),
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
