"""What is erased of a woman in the tables of this app, beside her own row and her account."""

from typing import Any

from members.erasing import Erasure
from members.models import Consent, Membership, Merge, NotDuplicate, Office, Phone, SensitiveFacts

_MERGE: dict[str, Any] = {"moved": [], "survivor_before": {}}

ERASURES = (
    Erasure("phones", Phone, None),
    Erasure("sensitive_facts", SensitiveFacts, None),
    Erasure("memberships", Membership, {"end_reason": "", "source": ""}),
    Erasure("offices", Office, {"end_reason": ""}),
    Erasure("consents", Consent, {"witness": "", "guardian": "", "evidence": None}),
    Erasure("merges", Merge, _MERGE, "survivor_id"),
    Erasure("merged", Merge, _MERGE, "absorbed_id"),
    Erasure("pairs", NotDuplicate, None, "one_id"),
    Erasure("other_pairs", NotDuplicate, None, "other_id"),
)
