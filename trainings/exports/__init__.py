"""Lists of trainings: page, CSV and XLSX from one declaration each."""

from typing import Any

from trainings.exports import certificates, editions, rosters, transcripts
from trainings.exports.attendance import ATTENDANCE, TRAINING_REGISTER
from trainings.exports.completions import COMPLETIONS
from trainings.exports.courses import COURSES
from trainings.exports.matrix import MATRIX
from trainings.exports.records import TRAINING_RECORDS

EXPORTS: tuple[Any, ...] = (
    *editions.EXPORTS,
    *rosters.EXPORTS,
    *certificates.EXPORTS,
    *transcripts.EXPORTS,
    ATTENDANCE,
    TRAINING_REGISTER,
    COMPLETIONS,
    TRAINING_RECORDS,
    COURSES,
    MATRIX,
)
