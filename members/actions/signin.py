"""Verbs of the code by phone: ask for one, check it, send it. The limits are rows in PostgreSQL.

Numbers nobody signs in with cost the same work, get the same rows and the same answers.
"""

import hashlib
import logging
import re
import secrets
from datetime import datetime, timedelta
from functools import partial
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import connection, transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import LoginCode, Person, Phone, Role, RoleAssignment, User
from network.base.dates import hour
from network.base.errors import Refused
from network.base.fields import index_of, open_value, seal_value
from network.channels.texts import TextFailed, text_channel

if TYPE_CHECKING:
    from django.db.models import QuerySet

logger = logging.getLogger("portal.security")

LIFE = timedelta(minutes=5)
TRIES = 5
FAILED_PER_HOUR = 10
HOLD = timedelta(hours=1)
# At most `count` codes to one number in `window`. A code that was used shows that she is there:
# the short windows forget it.
SHORT_LIMITS = ((timedelta(seconds=60), 1), (timedelta(minutes=15), 3))
# From one neighbourhood of the Internet, over all numbers. A village shares one: codes that were
# used do not count, so women who enter never use it up.
NET_WINDOW, PER_NET = timedelta(hours=1), 20
NET_BITS = {4: 24, 6: 48}
DAY = timedelta(days=1)
PER_DAY = 6
PER_DAY_IN_DEMO = 300
# The demonstration sends no message: this code opens its accounts, and only while DEMO is on.
DEMO_CODE = "135790"
# Without accents: 160 letters of GSM-7 in one message.
TEXT = "Portal RNM: tu codigo para entrar es {code}. Vence en 5 minutos. No se lo des a nadie."


def is_peruvian_mobile(number: str) -> bool:
    """The only numbers a code goes to; foreign ones could be made to cost money."""
    return re.fullmatch(r"\+519[0-9]{8}", number, re.ASCII) is not None


def request_code(
    *, number: str, browser: str, address: str = "", now: datetime | None = None
) -> LoginCode:
    """Write down a code for `number` (E.164), for this browser only; it is sent after commit.

    Refused when the number, the neighbours of the `address` that asks, or the whole portal have
    asked for too many.
    """
    if not is_peruvian_mobile(number):
        raise Refused(_("El código llega solo a celulares del Perú: 9 números."), field="phone")
    now = now or timezone.now()
    code = DEMO_CODE if settings.DEMO else f"{secrets.randbelow(10**6):06d}"
    row = LoginCode(
        phone_index=index_of(Phone, "number_index", number),
        code_hash=make_password(code),
        browser_hash=_browser_hash(browser),
        asked_net=_net_of(address),
        created_at=now,
        expires_at=now + LIFE,
    )
    row.message_sealed = seal_value(row, "message_sealed", f"{number} {code}")
    with transaction.atomic():
        if row.asked_net:
            _lock(row.asked_net.encode())
        _lock_phone(row.phone_index)
        _refuse_flood(row, now)
        row.save(force_insert=True)
        transaction.on_commit(partial(_hurry, row.pk))
    return row


def check_code(*, row_id: UUID, browser: str, code: str, now: datetime | None = None) -> LoginCode:
    """The row whose code this is, used up by this call. Refused otherwise, and the try is counted.

    The try is counted before the code is looked at, under the phone's lock: any number of parallel
    guesses is worth five.
    """
    now = now or timezone.now()
    row = LoginCode.objects.filter(pk=row_id).first()
    if row is None:
        raise Refused(_("Ese código ya no sirve. Pide otro."), field="code")
    with transaction.atomic():
        _lock_phone(row.phone_index)
        _refuse_held(row.phone_index, now)
        usable = LoginCode.objects.filter(
            pk=row.pk, browser_hash=_browser_hash(browser), used_at=None, expires_at__gt=now
        )
        if not usable.filter(tries__lt=TRIES).update(tries=F("tries") + 1):
            raise Refused(_("Ese código ya no sirve. Pide otro."), field="code")
    if not check_password(code, row.code_hash):
        logger.warning("Wrong login code, request %s", row.pk)
        raise Refused(_("El código no es ese. Míralo otra vez."), field="code")
    if not usable.update(used_at=now):
        raise Refused(_("Ese código ya no sirve. Pide otro."), field="code")
    row.used_at = now
    return row


def accounts_reached_at(phone_index: bytes | memoryview) -> "QuerySet[User]":
    """Whose accounts a phone opens: several women may share it."""
    accounts = User.objects.filter(
        is_active=True,
        person__in=Person.objects.on_record().with_phone(bytes(phone_index)),
        pk__in=RoleAssignment.objects.in_force().filter(role=Role.MEMBER).values("user"),
    )
    return accounts.filter(is_demo=True) if settings.DEMO else accounts


def send_code(*, row_id: UUID) -> bool:
    """Send the message of a code once, if anybody signs in with that number, and forget it.

    The row gives it up before it leaves: a worker killed in between loses a code, which she asks
    for again; none is ever sent twice.
    """
    with transaction.atomic():
        row = LoginCode.objects.select_for_update(skip_locked=True).filter(
            pk=row_id, message_sealed__isnull=False
        )
        found = row.first()
        if found is None:
            return False
        message = open_value(found, "message_sealed") or ""
        row.update(message_sealed=None)
    number, code = message.split(" ")
    is_late = found.expires_at <= timezone.now()
    if settings.DEMO or is_late or not accounts_reached_at(found.phone_index).exists():
        return False
    try:
        text_channel().send_text(number, TEXT.format(code=code), idempotency_key=str(found.pk))
    except TextFailed as error:
        logger.error("Login code %s was not sent: %s", found.pk, error)  # noqa: TRY400
        return False
    return True


def unsent_codes() -> list[UUID]:
    """What a dead broker left behind and is still worth sending."""
    waiting = LoginCode.objects.filter(message_sealed__isnull=False)
    return list(waiting.values_list("pk", flat=True)[:200])


def lift_hold(*, person: Person) -> int:
    """Let her ask and try again at once; a member of staff knows it is she."""
    indexes = person.phones.filter(retired_at=None).values_list("number_index", flat=True)
    return LoginCode.objects.filter(phone_index__in=[bytes(index) for index in indexes]).delete()[0]


def purge_codes(*, now: datetime | None = None) -> int:
    return LoginCode.objects.filter(created_at__lt=(now or timezone.now()) - 2 * DAY).delete()[0]


def _refuse_flood(row: LoginCode, now: datetime) -> None:
    codes = LoginCode.objects.filter(created_at__gt=now - DAY)
    if codes.count() >= settings.LOGIN_CODES_PER_DAY:
        logger.error("No more login codes today: %s were asked for", settings.LOGIN_CODES_PER_DAY)
        raise Refused(_("Hoy no salen más códigos. Avisa a tu coordinadora."), field="phone")
    own = codes.filter(phone_index=row.phone_index)
    if own.count() >= (PER_DAY_IN_DEMO if settings.DEMO else PER_DAY):
        raise Refused(_("Ya se pidieron muchos códigos hoy. Prueba mañana."), field="phone")
    for window, count in SHORT_LIMITS:
        recent = own.filter(used_at=None, created_at__gt=now - window).order_by("-created_at")
        if len(latest := list(recent[:count])) == count:
            until = latest[-1].created_at + window
            raise Refused(
                _("Ya se pidió un código. Puedes pedir otro a las %(hour)s.")
                % {"hour": hour(until + timedelta(minutes=1))},
                field="phone",
            )
    _refuse_held(row.phone_index, now)
    _refuse_crowd(row.asked_net, now)


def _refuse_crowd(net: str, now: datetime) -> None:
    """The same words whether anybody enters with the number or not."""
    if not net:
        return
    asked = LoginCode.objects.filter(asked_net=net, used_at=None, created_at__gt=now - NET_WINDOW)
    most = PER_DAY_IN_DEMO if settings.DEMO else PER_NET
    latest = list(asked.order_by("-created_at").values_list("created_at", flat=True)[:most])
    if len(latest) == most:
        until = latest[-1] + NET_WINDOW
        raise Refused(
            _(
                "Desde esta conexión se pidieron muchos códigos. Prueba a las %(hour)s, "
                "o llama a tu coordinadora."
            )
            % {"hour": hour(until + timedelta(minutes=1))},
            field="phone",
        )


def _refuse_held(phone_index: bytes | memoryview, now: datetime) -> None:
    """Ten wrong tries in an hour on one phone, over all its codes: an hour's rest."""
    tried = LoginCode.objects.filter(phone_index=phone_index, created_at__gt=now - HOLD)
    failed = tried.filter(used_at=None).aggregate(total=Sum("tries"))["total"] or 0
    if failed >= FAILED_PER_HOUR:
        raise Refused(_("Muchos códigos errados. Espera una hora o llama a tu coordinadora."))


def _net_of(address: str) -> str:
    """The neighbourhood of an address: 24 bits of the old kind, 48 of the new."""
    if not address:
        return ""
    found = ip_address(address)
    plain = getattr(found, "ipv4_mapped", None) or found
    return str(ip_network((plain, NET_BITS[plain.version]), strict=False))


def _lock_phone(phone_index: bytes | memoryview) -> None:
    _lock(bytes(phone_index))


def _lock(name: bytes) -> None:
    """Until the transaction ends, nobody else counts what is counted under this name."""
    with connection.cursor() as cursor:
        key = int.from_bytes(hashlib.sha256(name).digest()[:8], "big", signed=True)
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def _browser_hash(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()


def _hurry(row_id: UUID) -> None:
    from members.tasks import send_login_code  # noqa: PLC0415  # tasks call this module

    try:
        send_login_code.delay(str(row_id))
    except send_login_code.OperationalError:
        logger.exception("The broker is away; login code %s leaves with the next sweep", row_id)
