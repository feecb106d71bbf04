"""How allauth signs people in here: closed to strangers, in our words, secrets kept sealed."""

import base64
import logging
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.access import STAFF_ROLES, Permission
from members.models import User
from members.sessions import Level, begin, level_of, remember_device
from network.base.access import can

logger = logging.getLogger("portal.security")


class SecondStep(AuthenticateStage):
    """The second factor after a password. A phone code opens one's own record and asks for none."""

    def _should_handle(self, request: HttpRequest) -> bool:
        if level_of(request, self.login.user) is Level.MEMBER:
            return False
        return super()._should_handle(request)


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": gettext_lazy("El correo o la clave no son esos."),
        "enter_current_password": gettext_lazy("Escribe tu clave actual."),
        "incorrect_code": gettext_lazy("El código no es ese."),
        "incorrect_password": gettext_lazy("La clave no es esa."),
        "too_many_login_attempts": gettext_lazy(
            "Muchos intentos seguidos. Espera 5 minutos y prueba otra vez."
        ),
        "rate_limited": gettext_lazy("Muchos intentos seguidos. Espera unos minutos."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return ["members.adapters.SecondStep"]

    def login(self, request: HttpRequest, user: User) -> None:
        self.is_first_time = user.last_login is None
        super().login(request, user)
        begin(request, user)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        was_known = remember_device(request, response, user)
        if not was_known and user.email and not user.is_demo:
            self.send_notification_mail("account/email/new_device", user)
        logger.info("Sign-in of account %s, %s", user.pk, level_of(request, user).value)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        logger.warning("Sign-in by e-mail refused, from %s", self.get_client_ip(request))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return landing_of(request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("own-account")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A dead mail server must not undo a sign-in, nor tell which addresses are known."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException):
            logger.exception("Could not send %s", template_prefix)


def landing_of(request: HttpRequest) -> str:
    """Where an account begins: its work, her own record, or only its own settings."""
    if level_of(request) is not Level.MEMBER and can(request.user, Permission.STAFF_HOME):
        return settings.LOGIN_REDIRECT_URL
    return reverse("own-record" if can(request.user, Permission.OWN_RECORD) else "own-account")


class FactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("El código no es ese. Espera el siguiente y escríbelo."),
        "cannot_delete_authenticator": gettext_lazy(
            "Es tu único segundo paso y tu rol lo exige. Agrega otro antes de quitar este."
        ),
    }

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        user = authenticator.user
        if authenticator.type == Authenticator.Type.RECOVERY_CODES:
            return True
        others = Authenticator.objects.filter(user=user).exclude(pk=authenticator.pk)
        has_other = others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists()
        return has_other or not user.has_role(*STAFF_ROLES)

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Llave %(number)s") % {"number": count + 1}


def _fernet() -> MultiFernet:
    """Secrets of second factors are sealed by SECRET_KEY; a new one needs SECRET_KEY_FALLBACKS."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str | bytes) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"second factor")
    return base64.urlsafe_b64encode(derivation.derive(force_bytes(key)))
