"""Every address of trainings, topic by topic."""

from trainings.urls import (
    certificates,
    completions,
    courses,
    editions,
    manuals,
    matrix,
    rosters,
    sessions,
)

urlpatterns = [
    *matrix.urlpatterns,
    *courses.urlpatterns,
    *editions.urlpatterns,
    *rosters.urlpatterns,
    *sessions.urlpatterns,
    *completions.urlpatterns,
    *certificates.urlpatterns,
    *manuals.urlpatterns,
]
