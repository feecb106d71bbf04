"""What several tests of trainings do: one browser for several people, the rows of a file."""

from django.db import connection
from django.http import QueryDict
from django.test import Client

from members.models import User
from network.base.contracts import declared
from network.base.exporting.order import FileOrder
from network.base.tables import Format
from tests.factories import accounts


def sign_in(client: Client, user: User) -> Client:
    """As in `accounts`, and nothing when it is she who is in already."""
    if client.session.get("_auth_user_id") == str(user.pk):
        return client
    return accounts.sign_in(client, user)


def file_rows(user: User, name: str, query: str = "", is_personal: bool = False) -> list[list[str]]:
    """Headings and rows of the CSV of a list, read where the test's own rows are seen."""
    order = FileOrder(declared("exports")[name], Format.CSV, QueryDict(query), user, is_personal)
    with connection.cursor() as cursor:
        cursor.execute(order.table.sql, order.table.params)
        rows = [["" if cell is None else str(cell) for cell in row] for row in cursor.fetchall()]
    return [[str(column.heading) for column in order.columns], *rows]
