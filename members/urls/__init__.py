"""Every address of the registry, topic by topic."""

from members.urls import accounts, boards, consents, organisations, people

urlpatterns = [
    *accounts.urlpatterns,
    *organisations.urlpatterns,
    *boards.urlpatterns,
    *consents.urlpatterns,
    *people.urlpatterns,
]
