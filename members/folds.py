"""How the rows of this app come together when two records of one woman are merged."""

from members import merging
from members.merging import Fold
from members.models import Consent, Membership, Office, Phone, SensitiveFacts, User

FOLDS = (
    Fold("phones", Phone, merging.fold_phones),
    Fold("memberships", Membership, merging.fold_memberships),
    Fold("offices", Office, merging.fold_offices),
    Fold("consents", Consent, merging.fold_consents),
    Fold("accounts", User, merging.fold_accounts),
    Fold("sensitive_facts", SensitiveFacts, merging.fold_sensitive_facts),
)
