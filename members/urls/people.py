from django.urls import path

from members.views import belongings, duplicates, people, traces

urlpatterns = [
    path("personas/", people.person_list, name="person-list"),
    path("personas/imprimir/", people.person_print, name="person-print"),
    path("personas/registrar/", people.person_register, name="person-register"),
    path("personas/parecidas/", people.person_similar, name="person-similar"),
    path("personas/papelera/", traces.person_trashed, name="person-trashed"),
    path("personas/duplicados/", duplicates.duplicate_list, name="duplicate-list"),
    path(
        "personas/duplicados/<uuid:one>/<uuid:other>/",
        duplicates.person_merge,
        name="person-merge",
    ),
    path(
        "personas/duplicados/<uuid:one>/<uuid:other>/distintas/",
        duplicates.person_different,
        name="person-different",
    ),
    path("personas/fusiones/<uuid:pk>/separar/", duplicates.merge_undo, name="merge-undo"),
    path("personas/<uuid:pk>/", people.person_detail, name="person-detail"),
    path("personas/<uuid:pk>/ver-completo/", people.person_reveal, name="person-reveal"),
    path("personas/<uuid:pk>/ficha/", people.person_sheet, name="person-sheet"),
    path("personas/<uuid:pk>/corregir/", people.person_edit, name="person-edit"),
    path("personas/<uuid:pk>/documento/", people.person_document, name="person-document"),
    path("personas/<uuid:pk>/datos-sensibles/", people.person_sensitive, name="person-sensitive"),
    path("personas/<uuid:pk>/juntar/", duplicates.duplicate_choose, name="duplicate-choose"),
    path("personas/<uuid:pk>/historia/", traces.person_history, name="person-history"),
    path("personas/<uuid:pk>/historia/revertir/", traces.person_revert, name="person-revert"),
    path("personas/<uuid:pk>/papelera/", traces.person_trash, name="person-trash"),
    path("personas/<uuid:pk>/recuperar/", traces.person_restore, name="person-restore"),
    path("personas/<uuid:pk>/telefonos/agregar/", belongings.phone_add, name="phone-add"),
    path(
        "personas/<uuid:pk>/telefonos/<uuid:phone>/dar-de-baja/",
        belongings.phone_retire,
        name="phone-retire",
    ),
    path(
        "personas/<uuid:pk>/telefonos/<uuid:phone>/volver-a-usar/",
        belongings.phone_reuse,
        name="phone-reuse",
    ),
    path(
        "personas/<uuid:pk>/telefonos/<uuid:phone>/principal/",
        belongings.phone_primary,
        name="phone-primary",
    ),
    path(
        "personas/<uuid:pk>/organizaciones/agregar/",
        belongings.membership_add,
        name="membership-add",
    ),
    path(
        "personas/<uuid:pk>/organizaciones/<uuid:membership>/terminar/",
        belongings.membership_end,
        name="membership-end",
    ),
    path(
        "personas/<uuid:pk>/organizaciones/<uuid:membership>/reabrir/",
        belongings.membership_reopen,
        name="membership-reopen",
    ),
    path(
        "personas/<uuid:pk>/organizaciones/<uuid:membership>/corregir/",
        belongings.membership_edit,
        name="membership-edit",
    ),
]
