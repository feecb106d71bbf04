from django.urls import path

from trainings.views import certificates as views
from trainings.views import checks, transcripts

CERTIFICATE = "formacion/constancias/<uuid:pk>/"

urlpatterns = [
    path("formacion/constancias/", views.certificate_list, name="certificate-list"),
    path(CERTIFICATE, views.certificate_detail, name="certificate-detail"),
    path(f"{CERTIFICATE}pdf/", views.certificate_paper, name="certificate-paper"),
    path(f"{CERTIFICATE}corregir/", views.certificate_reissue, name="certificate-reissue"),
    path(f"{CERTIFICATE}anular/", views.certificate_revoke, name="certificate-revoke"),
    path(
        "formacion/ediciones/<uuid:pk>/constancias/",
        views.edition_certificates,
        name="edition-certificates",
    ),
    path(
        "formacion/ediciones/<uuid:pk>/constancias/emitir/",
        views.certificates_issue,
        name="certificates-issue",
    ),
    path("formacion/firmas/", views.signatory_list, name="signatory-list"),
    path("formacion/firmas/<uuid:pk>/terminar/", views.signatory_end, name="signatory-end"),
    path("personas/<uuid:pk>/cursos/", transcripts.person_transcript, name="person-transcript"),
    path(
        "personas/<uuid:pk>/cursos/pdf/",
        transcripts.person_transcript_paper,
        name="person-transcript-paper",
    ),
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
