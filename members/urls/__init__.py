"""Every address of the registry, topic by topic."""

from members.urls import people

urlpatterns = [*people.urlpatterns]
