from members.models.accounts import AccountLink, LoginCode, Role, RoleAssignment, User
from members.models.boards import HandOver
from members.models.consents import Consent, PrivacyNotice, Purpose
from members.models.duplicates import Merge, NotDuplicate
from members.models.organisations import (
    Affiliation,
    Organisation,
    OrganisationAlias,
    RegionalNetwork,
)
from members.models.people import Language, Membership, Office, Person, Phone, SensitiveFacts
from members.models.periods import Period

__all__ = [
    "AccountLink",
    "Affiliation",
    "Consent",
    "HandOver",
    "Language",
    "LoginCode",
    "Membership",
    "Merge",
    "NotDuplicate",
    "Office",
    "Organisation",
    "OrganisationAlias",
    "Period",
    "Person",
    "Phone",
    "PrivacyNotice",
    "Purpose",
    "RegionalNetwork",
    "Role",
    "RoleAssignment",
    "SensitiveFacts",
    "User",
]
