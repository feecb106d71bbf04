"""Who gets what at every address of the portal: the table the matrix test walks.

A new address is one line in PAGES; a new permission is one line in WHO; a new sort of row in an
address is one line in SEES (and its keys in tests/architecture/world.py).

Letters: N national, R regional coordinator, L leader, T trainer, A analyst, P analyst with a
right to personal data, U auditor, D administrator, M member. They are of Madre de Dios and Río
Claro where a role has a place; "other" rows are of Puno. Beside them the test sends nobody
(anonymous), X (half: a password and no second step) and E (signed in, without any role today).
"""

from typing import NamedTuple

PUBLIC, SIGNED_IN = "public", "signed_in"
LETTERS = "NRLTAPUDM"
EVERYBODY_IN = LETTERS + "E"

WHO = {
    "own_record": "M",
    "own_security": "NRLTAPUD",
    "staff_home": "NRLTAPUD",
    "organisation_view": "NRLTAPUD",
    "organisation_edit": "NRL",
    "organisation_register": "NR",
    "affiliation_edit": "N",
    "person_view": "NRLTP",
    "person_register": "NRL",
    "person_edit": "NRL",
    "person_reveal": "NRLP",
    "person_merge": "NR",
    "person_trash": "NR",
    "person_restore": "N",
    "board_edit": "NR",
    "consent_record": "NRL",
    "import": "NRL",
    "export": "NRLAP",
    "export_personal": "NRLP",
    "history_view": "NRLU",
    "history_revert": "NR",
    "access_log_view": "U",
    "account_manage": "D",
    "member_access": "NR",
    "admin_site": "D",
    "partner_view": "NRAP",
    "partner_edit": "NAP",
    "place_edit": "ND",
    "document_view": "NRL",
    "document_upload": "NRL",
    "components_view": "NRD",
    SIGNED_IN: EVERYBODY_IN,
}

# Which of those whom the permission lets in reach the row: (own, other). The rest get 404.
SEES = {
    "": (EVERYBODY_IN, EVERYBODY_IN),
    "person": ("NRLTP", "N"),  # P: those who agreed to be shared, as the own one did
    "person_trace": ("NRLU", "NU"),
    "phone": ("NRL", "N"),
    "membership": ("NRL", "N"),
    "pair": ("NR", "N"),
    "merge": ("NR", "N"),
    "trashed_person": ("NR", "N"),
    "withdrawn_person": ("N", "N"),
    "purpose": ("NRL", "N"),
    "organisation": ("NRLTAPUD", "NAPUD"),
    "trashed_organisation": ("NR", "N"),
    "affiliation": ("N", "N"),
    "network": ("NRLTAPUD", "NRLTAPUD"),
    "organisation_board": ("NRLTAPUD", "NAPUD"),
    "network_board": ("NRLTAPUD", "NRLTAPUD"),
    "office": ("NR", "N"),
    "hand_over": ("NR", "N"),
    "document": ("NRL", "N"),
    "account": ("D", "D"),
    "role": ("D", "D"),
    "national's own": ("N", "N"),
    "export": (EVERYBODY_IN, EVERYBODY_IN),
    "draft": ("", ""),
    "batch": ("N", "N"),
    "institution": (EVERYBODY_IN, EVERYBODY_IN),
    "programme": (EVERYBODY_IN, EVERYBODY_IN),
    "zone": (EVERYBODY_IN, EVERYBODY_IN),
    "notice": (EVERYBODY_IN, EVERYBODY_IN),
    "invitation": (EVERYBODY_IN, EVERYBODY_IN),
    "link": (EVERYBODY_IN, EVERYBODY_IN),
    "reset": (EVERYBODY_IN, EVERYBODY_IN),
    "passkey": (EVERYBODY_IN, EVERYBODY_IN),  # asked for the password first
}
# Seen by those, and still not theirs to change: 403.
NOT_THEIRS = {("network_board", "other"): "R"}

READ, WRITE, BOTH = ("GET",), ("POST",), ("GET", "POST")
OK, MOVED = (200,), (302,)
EITHER = OK + MOVED


class Page(NamedTuple):
    """An address: what it asks for, what it answers to those whom it lets in."""

    name: str
    permission: str
    methods: tuple[str, ...] = READ
    row: str = ""
    get: tuple[int, ...] = OK
    post: tuple[int, ...] = EITHER
    stranger: int = 302  # to sign in first; a program is told 403


PAGES = (
    # Anybody.
    Page("health", PUBLIC),
    Page("landing", PUBLIC),
    Page("robots", PUBLIC),
    Page("security", PUBLIC, get=(404,)),  # nobody is named in the tests
    Page("language-choose", PUBLIC, WRITE, post=(404,)),
    Page("privacy-notice", PUBLIC),
    Page("privacy-notice-version", PUBLIC, row="notice"),
    # Entering: those already in are sent on.
    Page("account_login", PUBLIC, get=EITHER),
    Page("signin-email", PUBLIC, BOTH, get=EITHER),
    Page("signin-phone", PUBLIC, BOTH, get=EITHER),
    Page("signin-code", PUBLIC, BOTH, get=MOVED),
    Page("signin-person", PUBLIC, BOTH, get=MOVED),
    Page("mfa_authenticate", PUBLIC, BOTH, get=MOVED),
    Page("mfa_login_webauthn", PUBLIC, BOTH, get=MOVED),
    Page("invitation", PUBLIC, BOTH, row="invitation"),
    Page("account_signup", PUBLIC),
    Page("account_inactive", PUBLIC),
    Page("account_reset_password", PUBLIC, BOTH),
    Page("account_reset_password_done", PUBLIC),
    Page("account_reset_password_from_key", PUBLIC, BOTH, row="reset"),
    Page("account_reset_password_from_key_done", PUBLIC),
    Page("account_logout", PUBLIC, WRITE, post=MOVED),
    # Oneself.
    Page("own-record", "own_record"),
    Page("own-record-by-link", PUBLIC, row="link"),
    Page("own-account", SIGNED_IN, BOTH),
    Page("usersessions_list", SIGNED_IN, BOTH),
    Page("account_change_password", "own_security", BOTH, get=EITHER),
    Page("account_reauthenticate", "own_security", BOTH, get=EITHER),
    Page("mfa_reauthenticate", "own_security", BOTH, get=EITHER),
    Page("mfa_reauthenticate_webauthn", "own_security", BOTH, get=MOVED),
    Page("mfa_index", "own_security"),
    Page("mfa_activate_totp", "own_security", BOTH, get=MOVED),
    Page("mfa_deactivate_totp", "own_security", BOTH, get=MOVED),
    Page("mfa_view_recovery_codes", "own_security", get=(404,)),
    Page("mfa_generate_recovery_codes", "own_security", BOTH, get=MOVED),
    Page("mfa_download_recovery_codes", "own_security", get=(404,)),
    Page("mfa_list_webauthn", "own_security"),
    Page("mfa_add_webauthn", "own_security", BOTH, get=MOVED),
    Page("mfa_edit_webauthn", "own_security", BOTH, row="passkey", get=MOVED),
    Page("mfa_remove_webauthn", "own_security", BOTH, row="passkey", get=MOVED),
    # Programs.
    Page("api-schema", "export", stranger=403),
    Page("api-people", "export", stranger=403),
    Page("api-organisations", "export", stranger=403),
    Page("api-regional-networks", "export", stranger=403),
    Page("api-offices", "export", stranger=403),
    # Work.
    Page("home", "staff_home"),
    Page("components", "components_view"),
    Page("job-list", SIGNED_IN),
    Page("job-download", SIGNED_IN, row="national's own", get=(404,)),
    Page("view-save", SIGNED_IN, BOTH, get=(200, 404), post=(200, 302, 404)),
    Page("view-change", SIGNED_IN, BOTH, row="national's own", get=(404,), post=(404,)),
    Page("export", "export", BOTH, row="export"),
    Page("document-download", "document_view", row="document"),
    # Imports: a draft and a batch are of whoever brought the file.
    Page("import-start", "import", BOTH),
    Page("import-template", "import"),
    Page("import-review", "import", BOTH, "draft"),
    Page("import-columns", "import", WRITE, "draft"),
    Page("import-leave", "import", WRITE, "draft"),
    Page("import-waiting", "import", row="draft"),
    Page("import-done", "import", row="batch"),
    Page("import-undo", "import", WRITE, "batch"),
    # Accounts and traces.
    Page("account-list", "account_manage"),
    Page("account-invite", "account_manage", BOTH),
    Page("account-detail", "account_manage", row="account"),
    Page("account-grant", "account_manage", WRITE, "account"),
    Page("account-deactivate", "account_manage", WRITE, "account"),
    Page("account-reactivate", "account_manage", WRITE, "account"),
    Page("account-reinvite", "account_manage", WRITE, "account"),
    Page("account-reset-factors", "account_manage", WRITE, "account"),
    Page("role-end", "account_manage", WRITE, "role"),
    Page("access-log", "access_log_view"),
    Page("person-access", "member_access", BOTH, "person"),
    # Organisations, networks, boards.
    Page("organisation-list", "organisation_view"),
    Page("organisation-register", "organisation_register", BOTH),
    Page("organisation-trashed", "organisation_register"),
    Page("organisation-detail", "organisation_view", row="organisation"),
    Page("organisation-edit", "organisation_edit", BOTH, "organisation"),
    Page("organisation-move", "person_edit", BOTH, "organisation"),
    Page("organisation-contact", "person_reveal", WRITE, "organisation"),
    Page("organisation-history", "history_view", row="organisation"),
    Page("organisation-trash", "organisation_register", WRITE, "organisation"),
    Page("organisation-restore", "organisation_register", WRITE, "trashed_organisation"),
    Page("affiliation-add", "affiliation_edit", BOTH, "organisation"),
    Page("affiliation-end", "affiliation_edit", BOTH, "affiliation"),
    Page("affiliation-reopen", "affiliation_edit", WRITE, "affiliation"),
    Page("network-list", "organisation_view"),
    Page("network-register", "affiliation_edit", BOTH),
    Page("network-detail", "organisation_view", row="network"),
    Page("network-edit", "affiliation_edit", BOTH, "network"),
    Page("board-list", "organisation_view"),
    Page("board", "organisation_view", row="organisation_board"),
    Page("board", "organisation_view", row="network_board"),
    Page("board-assign", "board_edit", BOTH, "organisation_board"),
    Page("board-assign", "board_edit", BOTH, "network_board"),
    Page("board-hand-over", "board_edit", BOTH, "organisation_board"),
    Page("board-hand-over", "board_edit", BOTH, "network_board"),
    Page("office-end", "board_edit", BOTH, "office"),
    Page("hand-over-undo", "board_edit", WRITE, "hand_over"),
    # Partners and places.
    Page("institution-list", "partner_view"),
    Page("institution-register", "partner_edit", BOTH),
    Page("institution-detail", "partner_view", row="institution"),
    Page("institution-edit", "partner_edit", BOTH, "institution"),
    Page("programme-list", "partner_view"),
    Page("programme-register", "partner_edit", BOTH),
    Page("programme-detail", "partner_view", row="programme"),
    Page("programme-edit", "partner_edit", BOTH, "programme"),
    Page("zone-list", "place_edit"),
    Page("zone-register", "place_edit", BOTH),
    Page("zone-edit", "place_edit", BOTH, "zone"),
    # People.
    Page("person-list", "person_view"),
    Page("person-print", "person_view"),
    Page("person-register", "person_register", BOTH),
    Page("person-similar", "person_register", WRITE),
    Page("person-trashed", "person_trash"),
    Page("duplicate-list", "person_merge"),
    Page("duplicate-choose", "person_merge", row="person"),
    Page("person-merge", "person_merge", BOTH, "pair"),
    Page("person-different", "person_merge", WRITE, "pair"),
    Page("merge-undo", "person_merge", WRITE, "merge"),
    Page("person-detail", "person_view", row="person"),
    Page("person-reveal", "person_reveal", WRITE, "person"),
    Page("person-sheet", "person_view", row="person"),
    Page("person-edit", "person_edit", BOTH, "person"),
    Page("person-document", "person_edit", BOTH, "person"),
    Page("person-sensitive", "person_edit", BOTH, "person", get=EITHER),
    Page("person-history", "history_view", row="person_trace"),
    Page("person-revert", "history_revert", WRITE, "person"),
    Page("person-trash", "person_trash", WRITE, "person"),
    Page("person-restore", "person_trash", BOTH, "trashed_person"),
    Page("phone-add", "person_edit", BOTH, "person"),
    Page("phone-retire", "person_edit", WRITE, "phone"),
    Page("phone-reuse", "person_edit", WRITE, "phone"),
    Page("phone-primary", "person_edit", WRITE, "phone"),
    Page("membership-add", "person_edit", BOTH, "person"),
    Page("membership-end", "person_edit", BOTH, "membership"),
    Page("membership-reopen", "person_edit", WRITE, "membership"),
    Page("membership-edit", "person_edit", BOTH, "membership"),
    # Consents.
    Page("consent-list", "consent_record", row="person"),
    Page("consent-change", "consent_record", BOTH, "purpose"),
    Page("consent-sheet", "consent_record", BOTH, "organisation"),
    Page("consent-coverage", "consent_record"),
    Page("withdrawn-list", "person_restore"),
    Page("withdrawn-restore", "person_restore", BOTH, "withdrawn_person"),
)
