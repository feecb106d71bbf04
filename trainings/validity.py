"""Until when a completion counts, by the rule of the version it was completed under."""

import calendar
from datetime import date, timedelta

from trainings.models import CourseVersion


def valid_until(
    version: CourseVersion, completed_on: date, held_until: date | None = None
) -> date | None:
    """The last day it counts; None when it never expires.

    Rolling months end on the day of the month they began, or on the last of a shorter month.
    Completed inside the refresh window of what she holds (`held_until`), the months are added to
    that day: who renews early loses nothing. A season ends on its fixed day, the first one that
    leaves `season_least_months`, from the day after `held_until` when renewed inside the window.
    """
    renewed = _renewed(version, completed_on, held_until)
    if version.validity == CourseVersion.Validity.ROLLING:
        return add_months(renewed or completed_on, version.valid_months or 0)
    if version.validity == CourseVersion.Validity.SEASON:
        return _season_end(version, renewed + timedelta(days=1) if renewed else completed_on)
    return None


def _renewed(version: CourseVersion, completed_on: date, held_until: date | None) -> date | None:
    """The end of what she holds, when completed inside its refresh window."""
    if held_until is None:
        return None
    opens = held_until - timedelta(days=version.refresh_window_days)
    return held_until if opens <= completed_on <= held_until else None


def _season_end(version: CourseVersion, starts_on: date) -> date:
    least = add_months(starts_on, version.season_least_months or 0)
    month, day = version.season_month or 12, version.season_day or 31
    end = _day(least.year, month, day)
    return end if end >= least else _day(least.year + 1, month, day)


def add_months(start: date, months: int) -> date:
    """The same day so many months on; 31 January and one month is the last of February."""
    year, month = divmod(start.month - 1 + months, 12)
    return _day(start.year + year, month + 1, start.day)


def _day(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))
