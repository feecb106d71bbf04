"""Every address of trainings, topic by topic."""

from trainings.urls import (
    certificates,
    completions,
    courses,
    editions,
    manuals,
    matrix,
    records,
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
    *records.urlpatterns,
    *certificates.urlpatterns,
    *manuals.urlpatterns,
]
