"""What tests of imports look at: what became of each row, and the whole database."""

from django.db import connection

from network.base.models import ImportBatch


class Told:
    """What became of every row, and of the file."""

    def __init__(self, result, rows):
        self.counts = {name: count for name, count in result.counts.items() if count}
        self.rows = {row["row"]: row for row in rows}
        self.batch = ImportBatch.objects.filter(pk=result.batch_id).first()
        assert result.read == sum(result.counts.values()) == len(rows)

    def errors(self, row):
        return [(e["column"], e["value"], e["message"]) for e in self.rows[row]["errors"]]

    def changes(self, row):
        return [(c["column"], c["before"], c["after"]) for c in self.rows[row]["changes"]]


def every_table():
    """The whole content of every table, history and access log included."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT array_agg(t::text ORDER BY t::text) FROM "{table}" t')
            found[table] = cursor.fetchone()
    return found
