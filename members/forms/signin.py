"""Forms of signing in: allauth's with our words and fields, and ours for the code by phone."""

from typing import Any

from allauth.account import forms as account
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as factor
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as passkey
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from members.actions.signin import is_peruvian_mobile
from network.base.forms import PhoneField, PortalForm

PASSWORD_HINT = _("Al menos 12 letras, números o signos. Una frase que recuerdes es buena clave.")
PASSWORDS_DIFFER = _("Las dos claves no son iguales.")


class _PlainMixin:
    """No placeholders: a label says it, and stays when she types. The server validates."""

    use_required_attribute = False
    marks_optional = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # type: ignore[attr-defined]
            field.widget.attrs.pop("placeholder", None)


class EmailSignInForm(_PlainMixin, account.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("remember", None)
        self.fields["login"].label = _("Correo")
        self.fields["password"].label = _("Clave")
        self.fields["password"].help_text = ""


class ReauthenticateForm(_PlainMixin, account.ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Tu clave")


def _new_password(fields: dict[str, forms.Field]) -> None:
    fields["password1"].label = _("Clave nueva")
    fields["password1"].help_text = PASSWORD_HINT
    fields["password2"].label = _("Repite la clave nueva")


class PasswordChangeForm(_PlainMixin, account.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Tu clave de ahora")
        self.fields["oldpassword"].help_text = ""
        _new_password(self.fields)


class PasswordForgottenForm(_PlainMixin, account.ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("Tu correo")


class PasswordResetForm(_PlainMixin, account.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _new_password(self.fields)


class _CodeOrBackup(_PlainMixin):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]  # type: ignore[attr-defined]
        code.label = _("Código de tu aplicación")
        code.help_text = _("Son 6 números. También vale un código de respaldo.")
        code.widget.attrs |= {"class": "input--short"}

    def clean_code(self) -> str:
        """Refuse a code that was used, as long as a clock may still show it. allauth remembers it
        for one step of the clock, and takes the codes of the steps beside it too."""
        code: str = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP:  # type: ignore[attr-defined]
            steps = 2 * mfa_settings.TOTP_TOLERANCE + 1
            mark = f"totp-spent:{self.authenticator.pk}:{normalize_user_code(code)}"  # type: ignore[attr-defined]
            if not cache.add(mark, "y", timeout=steps * mfa_settings.TOTP_PERIOD):
                raise get_adapter().validation_error("incorrect_code")
        return code


class SecondStepForm(_CodeOrBackup, factor.AuthenticateForm):
    pass


class SecondStepAgainForm(_CodeOrBackup, factor.ReauthenticateForm):
    pass


class TotpForm(_PlainMixin, totp.ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Código que muestra la aplicación")
        self.fields["code"].widget.attrs |= {"inputmode": "numeric", "class": "input--short"}


class PasskeyForm(_PlainMixin, passkey.AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Nombre de la llave")
        self.fields["name"].help_text = _("Para reconocerla: «mi celular», «llave azul».")
        self.fields["passwordless"].label = _("Quiero entrar solo con esta llave, sin clave")
        self.fields["passwordless"].help_text = _("La llave te pedirá tu huella, tu cara o su PIN.")


class PasskeyNameForm(_PlainMixin, passkey.EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Nombre de la llave")


class PhoneSignInForm(PortalForm):
    phone = PhoneField(label=_("Tu celular"), help_text=_("9 números: 951 000 720."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].widget.attrs["autocomplete"] = "tel"

    def clean_phone(self) -> str:
        number: str = self.cleaned_data["phone"]
        if not is_peruvian_mobile(number):
            raise ValidationError(_("El código llega solo a celulares del Perú: 9 números."))
        return number


class CodeForm(PortalForm):
    code = forms.CharField(
        label=_("Código que te llegó"),
        max_length=12,
        widget=forms.TextInput(
            attrs={
                "class": "input--short",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
            }
        ),
        error_messages={"required": _("Escribe los 6 números que te llegaron.")},
    )

    def clean_code(self) -> str:
        code = "".join(self.cleaned_data["code"].split())
        if not (code.isascii() and code.isdigit() and len(code) == 6):
            raise ValidationError(_("El código tiene 6 números."))
        return code


class NewPasswordForm(PortalForm):
    """The password of an invited account, twice."""

    password1 = forms.CharField(
        label=_("Clave nueva"),
        help_text=PASSWORD_HINT,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label=_("Repite la clave nueva"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if {"password1", "password2"} <= cleaned.keys() and (
            cleaned["password1"] != cleaned["password2"]
        ):
            self.add_error("password2", PASSWORDS_DIFFER)
        return cleaned
