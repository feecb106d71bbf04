"""Lists of trainings: page, CSV and XLSX from one declaration each."""

from typing import Any

from trainings.exports import editions, rosters

EXPORTS: tuple[Any, ...] = (*editions.EXPORTS, *rosters.EXPORTS)
