"""One browser for several people of a test."""

from django.test import Client

from members.models import User
from tests.factories import accounts


def sign_in(client: Client, user: User) -> Client:
    """As in `accounts`, and nothing when it is she who is in already."""
    if client.session.get("_auth_user_id") == str(user.pk):
        return client
    return accounts.sign_in(client, user)
