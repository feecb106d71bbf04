from datetime import date

import pytest

from trainings.models import CourseVersion
from trainings.validity import valid_until

ROLLING = {"validity": "rolling", "valid_months": 12}
SEASON = {"validity": "season", "season_month": 3, "season_day": 31}


@pytest.mark.parametrize(
    ("rule", "completed_on", "held_until", "expected"),
    [
        ({"validity": "none"}, date(2025, 6, 12), None, None),
        (ROLLING, date(2025, 6, 12), None, date(2026, 6, 12)),
        (ROLLING, date(2024, 2, 29), None, date(2025, 2, 28)),
        (ROLLING | {"valid_months": 1}, date(2026, 1, 31), None, date(2026, 2, 28)),
        # Renewed in the last ninety days: what was left is not lost.
        (ROLLING, date(2026, 5, 1), date(2026, 6, 12), date(2027, 6, 12)),
        # Too early, or too late: from the day itself.
        (ROLLING, date(2026, 1, 1), date(2026, 6, 12), date(2027, 1, 1)),
        (ROLLING, date(2026, 7, 1), date(2026, 6, 12), date(2027, 7, 1)),
        (SEASON, date(2026, 3, 30), None, date(2026, 3, 31)),
        (SEASON, date(2026, 4, 1), None, date(2027, 3, 31)),
        (SEASON | {"season_least_months": 6}, date(2026, 1, 10), None, date(2027, 3, 31)),
        # Renewed in its last ninety days, it is the next season that counts.
        (SEASON, date(2026, 1, 15), date(2026, 3, 31), date(2027, 3, 31)),
        (SEASON, date(2025, 12, 1), date(2026, 3, 31), date(2026, 3, 31)),
        (
            SEASON | {"season_least_months": 6},
            date(2026, 3, 1),
            date(2026, 3, 31),
            date(2027, 3, 31),
        ),
        (SEASON | {"season_month": 2, "season_day": 29}, date(2026, 1, 1), None, date(2026, 2, 28)),
    ],
)
def test_valid_until_follows_the_rule_of_the_version(rule, completed_on, held_until, expected):
    version = CourseVersion(refresh_window_days=90, **rule)

    assert valid_until(version, completed_on, held_until) == expected
