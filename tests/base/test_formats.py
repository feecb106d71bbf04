from datetime import date
from decimal import Decimal

import pytest
from django.utils import formats, translation


@pytest.mark.parametrize("language", ["es-pe", "en"])
def test_numbers_and_days_are_written_as_in_peru_in_every_language(language):
    with translation.override(language):
        assert formats.number_format(Decimal("1234.50"), 2, force_grouping=True) == "1,234.50"
        assert formats.date_format(date(2026, 11, 28), "SHORT_DATE_FORMAT") == "28/11/2026"
        assert formats.get_format("FIRST_DAY_OF_WEEK") == 1
        assert formats.get_format("DATE_INPUT_FORMATS")[0] == "%d/%m/%Y"


@pytest.mark.parametrize(
    ("language", "said"), [("es-pe", "28 de noviembre de 2026"), ("en", "28 November 2026")]
)
def test_long_dates_use_the_words_of_the_language(language, said):
    with translation.override(language):
        assert formats.date_format(date(2026, 11, 28)) == said
