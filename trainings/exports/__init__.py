"""Lists of trainings: page, CSV and XLSX from one declaration each."""

from typing import Any

from trainings.exports.attendance import ATTENDANCE, TRAINING_REGISTER
from trainings.exports.completions import COMPLETIONS

EXPORTS: tuple[Any, ...] = (ATTENDANCE, TRAINING_REGISTER, COMPLETIONS)
