"""Extensions, and the three text rules of network.base.text as immutable SQL functions."""

from django.contrib.postgres.operations import (
    BtreeGistExtension,
    TrigramExtension,
)
from django.db import migrations

from network.base.text import ACCENTED, PLAIN, SEPARATORS, SOUND_STEPS


def quoted(text: str) -> str:
    return "E'" + "".join(f"\\u{ord(c):04x}" if c in "'\\\t\n\r\u00a0" else c for c in text) + "'"


def folded(expression: str) -> str:
    plain = PLAIN + " " * len(SEPARATORS)
    # Half of all names are plain letters; translate() costs ten times the rest.
    return (
        "btrim(regexp_replace(lower("
        f"CASE WHEN {expression} ~ '[^A-Za-z0-9 ~]' "
        f"THEN translate({expression}, {quoted(ACCENTED + SEPARATORS)}, '{plain}') "
        f"ELSE {expression} END"
        "), ' +', ' ', 'g'))"
    )


def sounded(expression: str) -> str:
    for written, heard in SOUND_STEPS:
        # Django's reader of scripts would make two spaces one, in a literal too.
        written = written.replace(" ", r"\x20")
        expression = f"replace({expression}, E'{written}', '{heard}')"
    return expression


def function(name: str, body: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE FUNCTION {name}(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE "
        f"RETURN {body}",
        f"DROP FUNCTION {name}(text)",
    )


class Migration(migrations.Migration):
    operations = [
        TrigramExtension(),
        BtreeGistExtension(),
        function("portal_fold", folded("$1")),
        function("portal_sort", folded("replace(replace($1, 'ñ', 'n~'), 'Ñ', 'n~')")),
        function("portal_sound", sounded("portal_fold($1)")),
    ]
