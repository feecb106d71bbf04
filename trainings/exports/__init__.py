"""Lists of trainings: page, CSV and XLSX from one declaration each."""

from typing import Any

EXPORTS: tuple[Any, ...] = ()
