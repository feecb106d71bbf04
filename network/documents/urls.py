from django.urls import path

from network.documents import views

urlpatterns = [path("documentos/<uuid:pk>/", views.download, name="document-download")]
