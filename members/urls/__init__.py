"""Every address of the registry, topic by topic."""

from members.urls import accounts, people

urlpatterns = [*accounts.urlpatterns, *people.urlpatterns]
