"""The one door to history for the application's role: a function of the owner of the tables.

It takes people by id and refuses for anyone whose 30 days in the trash are not over or whose record
was not emptied; with columns it overwrites them in the events of a history table, without it
deletes the events. See docs/adr/0008.
"""

from django.db import migrations

CREATE = r"""
CREATE FUNCTION members_erase_history(
    history text, by_column text, people uuid[], columns text[], blanks text[]
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    target regclass := history::regclass;
    touched bigint;
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = target AND attname = 'pgh_obj_id'
    ) THEN
        RAISE EXCEPTION '% is no history table', history;
    END IF;
    IF EXISTS (
        SELECT FROM unnest(people) AS asked (id)
        LEFT JOIN members_person AS person ON person.id = asked.id
        WHERE person.erased_at IS NULL
           OR NOT person.trashed_at < now() - interval '30 days'
    ) THEN
        RAISE EXCEPTION 'history is erased after 30 days in the trash, not before';
    END IF;
    IF columns IS NULL THEN
        EXECUTE format('DELETE FROM %s WHERE %I = ANY ($1)', target, by_column) USING people;
    ELSE
        EXECUTE format(
            'UPDATE %s SET %s WHERE %I = ANY ($1)',
            target,
            (SELECT string_agg(format('%I = %L', name, blank), ', ')
             FROM unnest(columns, blanks) AS told (name, blank)),
            by_column
        ) USING people;
    END IF;
    GET DIAGNOSTICS touched = ROW_COUNT;
    RETURN touched;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("members", "0002_initial")]

    operations = [
        migrations.RunSQL(
            CREATE, "DROP FUNCTION members_erase_history(text, text, uuid[], text[], text[])"
        )
    ]
