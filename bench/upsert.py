"""The limit of an import: the same rows by COPY into a staging table and one upsert.

No checks, no history, nothing sealed; the table has the columns and indexes of members_person.
"""

import io
import time
from contextlib import closing
from pathlib import Path

import psycopg2

TABLE = """
CREATE TABLE bench_person (
    LIKE members_person INCLUDING DEFAULTS INCLUDING GENERATED INCLUDING INDEXES
);
ALTER TABLE bench_person ADD COLUMN document text UNIQUE;
CREATE UNLOGGED TABLE bench_staging (
    paternal text, maternal text, given text, document text, born text, sex text, phone text,
    organisation text
);
"""
UPSERT = """
INSERT INTO bench_person (
    id, given_names, paternal_surname, maternal_surname, document, document_kind, document_tail,
    no_document_reason, born_on, born_precision, sex, occupation, languages, preferred_language,
    prefers_audio, email, contact_preference, note, is_demo, registered_at
)
SELECT gen_random_uuid(), given, paternal, coalesce(maternal, ''), document, 'dni',
       right(document, 3), '', to_date(born, 'DD/MM/YYYY'), 'd', 'f', '', '{}', 'es', false, '', '',
       '', true, now()
FROM bench_staging
ON CONFLICT (document) DO UPDATE SET
    given_names = excluded.given_names,
    paternal_surname = excluded.paternal_surname,
    maternal_surname = excluded.maternal_surname,
    born_on = excluded.born_on
"""


def upsert_seconds(address: str, file: Path) -> float:
    lines = file.read_text(encoding="utf-8-sig")
    with closing(psycopg2.connect(address)) as own, own, own.cursor() as cursor:
        cursor.execute(TABLE)
        begun = time.perf_counter()
        cursor.copy_expert("COPY bench_staging FROM STDIN (FORMAT csv, HEADER)", io.StringIO(lines))
        cursor.execute(UPSERT)
        seconds = time.perf_counter() - begun
        own.rollback()
    return seconds
