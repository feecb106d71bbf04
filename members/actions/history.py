"""Putting back one change. History is never rewritten: a revert is a new change."""

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import User
from network.base.errors import Refused, refusing_broken_rules
from network.base.historylog import StoredChange


@transaction.atomic
def revert_change(*, change: StoredChange, by: User) -> None:
    """Give the row the value it had before this change.

    Refused when the value changed again since, when the row is gone, or when the old value breaks
    a rule by now. Twice is once: the second time the value has changed since.
    """
    row = change.model._base_manager.select_for_update().filter(pk=change.row_id).first()
    if row is None:
        raise Refused(_("Esa fila ya no está: no hay qué revertir."))
    if not change.still_holds(row):
        raise Refused(
            _("«%(field)s» cambió otra vez después. Revierte primero el cambio más nuevo.")
            % {"field": change.label}
        )
    for column, value in change.before.items():
        setattr(row, column, value)
    with refusing_broken_rules(change.model):
        row.save(update_fields=list(change.before))
