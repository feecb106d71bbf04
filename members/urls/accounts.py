"""How people enter, and the pages of accounts. Every way in is in this file.

allauth keeps its names, so that its pages and messages find each other; only what is listed here
exists. Each address says what it asks for: anybody, a signed-in person, or a permission.
"""

from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkey
from allauth.usersessions import views as sessions
from django.http import HttpResponseBase
from django.urls import path, re_path
from django.views.decorators.http import require_http_methods, require_POST

from members.access import Permission
from members.admin import site
from members.views import accounts, signin
from network.base.access import SIGNED_IN, public, requires

View = Callable[..., HttpResponseBase]


def _methods(*methods: str) -> Callable[[View], View]:
    return require_http_methods(["GET", "HEAD", *methods])


def _open(view: View, *methods: str) -> View:
    """An allauth page for anybody. A copy is marked: the library's own function is not ours."""

    def page(*args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(*args, **kwargs)

    return public(_methods(*methods)(page))


def _post_only(view: View) -> View:
    """Leaving, also in the middle of entering: anybody may, by a button, never by a link."""

    def page(*args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(*args, **kwargs)

    return require_POST(public(page))


def _own(view: View, *methods: str) -> View:
    return _methods(*methods)(requires(Permission.OWN_SECURITY)(view))


urlpatterns = [
    path("ingresar/", signin.signin_choose_way, name="account_login"),
    path("ingresar/correo/", _open(account.login, "POST"), name="signin-email"),
    path("ingresar/celular/", signin.signin_phone, name="signin-phone"),
    path("ingresar/celular/codigo/", signin.signin_code, name="signin-code"),
    path("ingresar/celular/quien/", signin.signin_person, name="signin-person"),
    path("ingresar/segundo-paso/", _open(factor.authenticate, "POST"), name="mfa_authenticate"),
    path("ingresar/llave/", _open(passkey.login_webauthn, "POST"), name="mfa_login_webauthn"),
    path("ingresar/invitacion/<str:token>/", signin.invitation, name="invitation"),
    path("ingresar/cuenta-nueva/", signin.signup_closed, name="account_signup"),
    path("ingresar/suspendida/", _open(account.account_inactive), name="account_inactive"),
    path("ingresar/clave/", _open(account.password_reset, "POST"), name="account_reset_password"),
    path(
        "ingresar/clave/enviada/",
        _open(account.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        r"^ingresar/clave/nueva/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        _open(account.password_reset_from_key, "POST"),
        name="account_reset_password_from_key",
    ),
    path(
        "ingresar/clave/lista/",
        _open(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("salir/", _post_only(account.logout), name="account_logout"),
    # Oneself.
    path("mi/", accounts.own_record, name="own-record"),
    path("mi/<str:token>/", accounts.own_record_by_link, name="own-record-by-link"),
    path("cuenta/", accounts.own_account, name="own-account"),
    path("cuenta/lugar/", accounts.place_choose, name="place-choose"),
    path(
        "cuenta/sesiones/",
        _methods("POST")(requires(SIGNED_IN)(sessions.list_usersessions)),
        name="usersessions_list",
    ),
    path("cuenta/clave/", _own(account.password_change, "POST"), name="account_change_password"),
    path("cuenta/confirmar/", _own(account.reauthenticate, "POST"), name="account_reauthenticate"),
    path(
        "cuenta/confirmar/codigo/", _own(factor.reauthenticate, "POST"), name="mfa_reauthenticate"
    ),
    path(
        "cuenta/confirmar/llave/",
        _own(passkey.reauthenticate_webauthn, "POST"),
        name="mfa_reauthenticate_webauthn",
    ),
    path("cuenta/segundo-paso/", _own(factor.index), name="mfa_index"),
    path(
        "cuenta/segundo-paso/aplicacion/",
        _own(totp.activate_totp, "POST"),
        name="mfa_activate_totp",
    ),
    path(
        "cuenta/segundo-paso/aplicacion/quitar/",
        _own(totp.deactivate_totp, "POST"),
        name="mfa_deactivate_totp",
    ),
    path(
        "cuenta/segundo-paso/respaldo/",
        _own(recovery.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "cuenta/segundo-paso/respaldo/nuevos/",
        _own(recovery.generate_recovery_codes, "POST"),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "cuenta/segundo-paso/respaldo/bajar/",
        _own(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("cuenta/segundo-paso/llaves/", _own(passkey.list_webauthn), name="mfa_list_webauthn"),
    path(
        "cuenta/segundo-paso/llaves/nueva/",
        _own(passkey.add_webauthn, "POST"),
        name="mfa_add_webauthn",
    ),
    path(
        "cuenta/segundo-paso/llaves/<int:pk>/nombre/",
        _own(passkey.edit_webauthn, "POST"),
        name="mfa_edit_webauthn",
    ),
    path(
        "cuenta/segundo-paso/llaves/<int:pk>/quitar/",
        _own(passkey.remove_webauthn, "POST"),
        name="mfa_remove_webauthn",
    ),
    path("administracion/", site.urls),
    # Accounts and traces.
    path("cuentas/", accounts.account_list, name="account-list"),
    path("cuentas/invitar/", accounts.account_invite, name="account-invite"),
    path("cuentas/<uuid:pk>/", accounts.account_detail, name="account-detail"),
    path("cuentas/<uuid:pk>/roles/", accounts.account_grant, name="account-grant"),
    path("cuentas/<uuid:pk>/suspender/", accounts.account_deactivate, name="account-deactivate"),
    path("cuentas/<uuid:pk>/reactivar/", accounts.account_reactivate, name="account-reactivate"),
    path("cuentas/<uuid:pk>/invitar/", accounts.account_reinvite, name="account-reinvite"),
    path(
        "cuentas/<uuid:pk>/segundo-paso/",
        accounts.account_reset_factors,
        name="account-reset-factors",
    ),
    path("cuentas/roles/<uuid:pk>/terminar/", accounts.role_end, name="role-end"),
    path("accesos/", accounts.access_log, name="access-log"),
    path("personas/<uuid:pk>/acceso/", accounts.person_access, name="person-access"),
]
