"""The account behind a session, read by SQL that is written once."""

from typing import Any
from uuid import UUID

from allauth.account.auth_backends import AuthenticationBackend
from django.db import DEFAULT_DB_ALIAS

from members.models import User
from network.base.written import WrittenQuery

_COLUMNS = [field.attname for field in User._meta.concrete_fields]
_account = WrittenQuery(lambda pk: User.objects.filter(pk=pk).values_list(*_COLUMNS), UUID(int=0))


class AccountBackend(AuthenticationBackend):
    def get_user(self, user_id: Any) -> User | None:
        for row in _account(user_id):
            user = User.from_db(DEFAULT_DB_ALIAS, _COLUMNS, row)
            return user if self.user_can_authenticate(user) else None
        return None
