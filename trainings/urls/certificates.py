from django.urls import path

from trainings.views import checks

urlpatterns = [
    path("c/", checks.certificate_ask, name="certificate-ask"),
    path("c/<str:code>/", checks.certificate_check, name="certificate-check"),
    path("c/<str:code>/tarjeta.png", checks.certificate_picture, name="certificate-picture"),
    path(
        "c/<str:code>/credencial.jwt", checks.certificate_credential, name="certificate-credential"
    ),
    path(
        "credenciales/estado/<int:year>-<int:copy>.jwt",
        checks.credential_status,
        name="credential-status",
    ),
    path(".well-known/did.json", checks.issuer_did, name="issuer-did"),
    path(".well-known/jwks.json", checks.issuer_keys, name="issuer-keys"),
]
