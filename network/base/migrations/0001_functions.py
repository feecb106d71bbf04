"""Extensions, and the three text rules of network.base.text as immutable SQL functions.

translate() compares each letter with all it may change; of the letters that Spanish writes,
replace() is twenty times faster. A function in SQL that is not inlined costs more than one in
PL/pgSQL: so the first is the latter, and the others, which call it, are not STRICT.
"""

from django.contrib.postgres.operations import (
    BtreeGistExtension,
    TrigramExtension,
)
from django.db import migrations

from network.base.text import ACCENTED, PLAIN, SEPARATORS, SOUND_STEPS

USUAL = "áéíóúñÁÉÍÓÚÑ"


def quoted(text: str) -> str:
    return "E'" + "".join(f"\\u{ord(c):04x}" if c in "'\\\t\n\r\u00a0" else c for c in text) + "'"


def usual_replaced() -> str:
    expression = "folded"
    for written in USUAL:
        expression = f"replace({expression}, '{written}', '{PLAIN[ACCENTED.index(written)]}')"
    return expression


FOLD = f"""
CREATE FUNCTION portal_fold(text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $function$
DECLARE
    folded text := $1;
BEGIN
    IF folded ~ '[^A-Za-z0-9 ~]' THEN
        folded := {usual_replaced()};
        IF folded ~ '[^A-Za-z0-9 ~]' THEN
            folded := translate(
                folded, {quoted(ACCENTED + SEPARATORS)}, '{PLAIN + " " * len(SEPARATORS)}'
            );
        END IF;
    END IF;
    IF strpos(folded, '  ') > 0 THEN
        folded := regexp_replace(folded, ' +', ' ', 'g');
    END IF;
    RETURN btrim(lower(folded));
END
$function$
"""


def sounded(expression: str) -> str:
    for written, heard in SOUND_STEPS:
        # Django's reader of scripts would make two spaces one, in a literal too.
        written = written.replace(" ", r"\x20")
        expression = f"replace({expression}, E'{written}', '{heard}')"
    return expression


def function(name: str, body: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE FUNCTION {name}(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE "
        f"RETURN {body}",
        f"DROP FUNCTION {name}(text)",
    )


class Migration(migrations.Migration):
    operations = [
        TrigramExtension(),
        BtreeGistExtension(),
        migrations.RunSQL([(FOLD, None)], "DROP FUNCTION portal_fold(text)"),
        function("portal_sort", "portal_fold(replace(replace($1, 'ñ', 'n~'), 'Ñ', 'n~'))"),
        function("portal_sound", sounded("portal_fold($1)")),
    ]
