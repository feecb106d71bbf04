"""What a file was called is told by its history too: it goes once the row itself is gone."""

from django.db import migrations

CREATE = r"""
CREATE FUNCTION documents_erase_history(gone uuid[])
RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    touched bigint;
BEGIN
    IF EXISTS (SELECT FROM documents_document WHERE id = ANY (gone)) THEN
        RAISE EXCEPTION 'the history of a document is erased after the document, not before';
    END IF;
    DELETE FROM documents_documentevent WHERE pgh_obj_id = ANY (gone);
    GET DIAGNOSTICS touched = ROW_COUNT;
    RETURN touched;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_initial")]

    operations = [migrations.RunSQL(CREATE, "DROP FUNCTION documents_erase_history(uuid[])")]
