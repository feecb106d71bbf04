from django.urls import path

from members.views import consents as views

urlpatterns = [
    path("personas/<uuid:pk>/consentimientos/", views.consent_list, name="consent-list"),
    path(
        "personas/<uuid:pk>/consentimientos/<slug:purpose>/",
        views.consent_change,
        name="consent-change",
    ),
    path("personas/retiradas/", views.withdrawn_list, name="withdrawn-list"),
    path("personas/retiradas/<uuid:pk>/", views.withdrawn_restore, name="withdrawn-restore"),
    path("organizaciones/<uuid:pk>/hoja-de-firmas/", views.consent_sheet, name="consent-sheet"),
    path("consentimientos/", views.consent_coverage, name="consent-coverage"),
    path("aviso-de-privacidad/", views.privacy_notice, name="privacy-notice"),
    path(
        "aviso-de-privacidad/<slug:version>/<slug:language>/",
        views.privacy_notice,
        name="privacy-notice-version",
    ),
]
