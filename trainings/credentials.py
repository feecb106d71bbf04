"""A certificate as an Open Badges 3.0 credential: a native VC-JWT, made when it is asked for.

It carries what is printed, and of her only the name, when she agreed to it: no document, no phone,
no digest of either. Its subject is an identifier of this certificate alone, which joins nothing.
Whether it was annulled is told by a Bitstring Status List, one for each year and copy, in which
the bit of a certificate is its number.
"""

import base64
import gzip
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from network.base.signing import did_of, sign_jwt
from trainings.certificates import Check
from trainings.models import Certificate, CourseVersion

CONTEXT = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
SCHEMA = (
    "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
)
CREDENTIAL_TYPE = "vc+jwt"
LEAST_BITS = 131_072  # of the standard, so that one certificate hides among many
STATUS_LASTS = timedelta(days=1)


def credential_of(check: Check, *, base_url: str) -> str:
    """The signed credential of a certificate that is valid or expired."""
    certificate, content = check.certificate, check.content
    issuer, subject = _issuer(base_url), _subject(check, base_url)
    payload: dict[str, Any] = {
        "@context": list(CONTEXT),
        "id": f"urn:uuid:{certificate.pk}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": content.course,
        "issuer": issuer,
        "validFrom": _instant(certificate.issued_on),
        "awardedDate": _instant(content.completed_day),
        "credentialSubject": subject,
        "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
        "credentialStatus": _status(certificate, base_url),
        "evidence": [
            {
                "id": base_url + reverse("certificate-check", args=[certificate.printed_code]),
                "type": ["Evidence"],
                "name": _("Comprobación en el portal de la red"),
            }
        ],
    }
    claims = {
        "iss": issuer["id"],
        "sub": subject["id"],
        "jti": payload["id"],
        "nbf": _seconds(certificate.issued_on),
    }
    if certificate.valid_until:
        day_after = certificate.valid_until + timedelta(days=1)
        payload["validUntil"] = _instant(day_after)
        claims["exp"] = _seconds(day_after)
    return sign_jwt(payload | claims, base_url=base_url, media_type=CREDENTIAL_TYPE)


def _issuer(base_url: str) -> dict[str, Any]:
    return {
        "id": did_of(base_url),
        "type": ["Profile"],
        "name": settings.SITE_NAME,
        "url": f"{base_url}/",
    }


def _subject(check: Check, base_url: str) -> dict[str, Any]:
    subject: dict[str, Any] = {
        "id": f"urn:uuid:{uuid5(NAMESPACE_URL, f'titular:{check.certificate.pk}')}",
        "type": ["AchievementSubject"],
        "achievement": _achievement(check, base_url),
    }
    if check.is_named:
        subject["identifier"] = [
            {
                "type": "IdentityObject",
                "identityType": "name",
                "hashed": False,
                "identityHash": check.name,
            }
        ]
    return subject


def _achievement(check: Check, base_url: str) -> dict[str, Any]:
    completion = check.certificate.completion
    about = completion.version_id or completion.course_id
    words = {"course": check.content.course, "hours": check.content.hours_in_words}
    return {
        "id": f"urn:uuid:{about}",
        "type": ["Achievement"],
        "achievementType": "Course",
        "name": check.content.course,
        "description": _("Curso «%(course)s», de %(hours)s.") % words,
        "criteria": {"narrative": _criteria(completion.version)},
        "inLanguage": "es-PE",
        "creator": _issuer(base_url),
    }


def _criteria(version: CourseVersion | None) -> str:
    """The rule of the version, which no longer changes once somebody completed it."""
    if version is None:
        return _("La red reconoció el registro en papel de este curso.")
    share = {"share": version.minimum_share}
    asked = [_("Asistir al menos al %(share)s %% de las horas previstas.") % share]
    if version.needs_test:
        mark = {"mark": version.pass_mark}
        asked.append(_("Llegar al menos al %(mark)s %% en la prueba final.") % mark)
    return " ".join(asked)


def _status(certificate: Certificate, base_url: str) -> dict[str, str]:
    address = _status_url(certificate.year, certificate.copy, base_url)
    return {
        "id": f"{address}#{certificate.number}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": str(certificate.number),
        "statusListCredential": address,
    }


def _status_url(year: int, copy: int, base_url: str) -> str:
    return base_url + reverse("credential-status", args=[year, copy])


def status_list(year: int, copy: int, *, base_url: str, now: datetime) -> str:
    """Which copies of a year no longer stand, annulled or replaced, signed and good for a day."""
    ended = Certificate.objects.filter(year=year, copy=copy).filter(
        Q(revoked_on__isnull=False) | Q(replaced_by__isnull=False)
    )
    address, did = _status_url(year, copy, base_url), did_of(base_url)
    payload = {
        "@context": [CONTEXT[0]],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did,
        "validFrom": _utc(now),
        "validUntil": _utc(now + STATUS_LASTS),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": _encoded(list(ended.values_list("number", flat=True))),
        },
        "iss": did,
        "jti": address,
        "nbf": int(now.timestamp()),
    }
    return sign_jwt(payload, base_url=base_url, media_type=CREDENTIAL_TYPE)


def _encoded(numbers: list[int]) -> str:
    blocks = max(numbers, default=0) // LEAST_BITS + 1
    bits = bytearray(blocks * LEAST_BITS // 8)
    for number in numbers:
        bits[number // 8] |= 0x80 >> number % 8
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _seconds(day: date) -> int:
    return int(_midnight(day).timestamp())


def _instant(day: date) -> str:
    return _utc(_midnight(day))


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
