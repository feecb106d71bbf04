from django.urls import path

from trainings.views import courses as views

urlpatterns = [
    path("formacion/cursos/", views.course_list, name="course-list"),
    path("formacion/cursos/registrar/", views.course_register, name="course-register"),
    path("formacion/cursos/<uuid:pk>/", views.course_detail, name="course-detail"),
    path("formacion/cursos/<uuid:pk>/corregir/", views.course_edit, name="course-edit"),
    path("formacion/cursos/<uuid:pk>/dejar/", views.course_retire, name="course-retire"),
    path("formacion/cursos/<uuid:pk>/reabrir/", views.course_reopen, name="course-reopen"),
    path("formacion/cursos/<uuid:pk>/version/", views.version_add, name="course-version-add"),
    path("formacion/versiones/<uuid:pk>/corregir/", views.version_edit, name="course-version-edit"),
    path("formacion/requisitos/", views.requirement_list, name="requirement-list"),
    path("formacion/requisitos/agregar/", views.requirement_add, name="requirement-add"),
    path("formacion/requisitos/<uuid:pk>/terminar/", views.requirement_end, name="requirement-end"),
    path("formacion/requisitos/<uuid:pk>/eximir/", views.exemption_add, name="exemption-add"),
    path("formacion/excepciones/<uuid:pk>/terminar/", views.exemption_end, name="exemption-end"),
]
