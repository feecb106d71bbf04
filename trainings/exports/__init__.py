"""Lists of trainings: page, CSV and XLSX from one declaration each."""

from typing import Any

from trainings.exports import certificates, transcripts

EXPORTS: tuple[Any, ...] = (*certificates.EXPORTS, *transcripts.EXPORTS)
