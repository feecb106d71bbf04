"""Who gets what at the addresses of trainings: a part of the table in access_matrix.py.

Editions hold nobody's data: whoever works with trainings sees them all. Who runs one (N, and R in
her own region) may change it; a line of a roster is seen by the region or organisation it is of.
"""

from tests.architecture.page import Page

TRAINING_SEES = {
    "course": ("NRLTAPUDM", "NRLTAPUDM"),
    "requirement": ("NRLTAPUDM", "NRLTAPUDM"),
    "edition": ("NRLTAPUDM", "NRLTAPUDM"),
    "session": ("NRLTAPUDM", "NRLTAPUDM"),
    "enrolment": ("NRLTP", "N"),
    "walk_in": ("NRT", "N"),
    "completion": ("NRLTP", "N"),
    "certificate": ("NRLTP", "N"),
    "certificate_code": ("NRLTAPUDME", "NRLTAPUDME"),
    "publication": ("NRLTAPUDM", "NRLTAPUDM"),
}

COURSES: tuple[Page, ...] = ()
MATRIX: tuple[Page, ...] = ()
EDITIONS: tuple[Page, ...] = ()
ROSTERS: tuple[Page, ...] = ()
SESSIONS: tuple[Page, ...] = ()
COMPLETIONS: tuple[Page, ...] = ()
CERTIFICATES: tuple[Page, ...] = ()
MANUALS: tuple[Page, ...] = ()

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
