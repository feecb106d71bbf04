"""Lists of trainings: page, CSV and XLSX from one declaration each."""

from typing import Any

from trainings.exports.courses import COURSES
from trainings.exports.matrix import MATRIX

EXPORTS: tuple[Any, ...] = (COURSES, MATRIX)
