"""Saved views: a person keeps a list with its filters under a name of her own."""

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from network.base.contracts import Export
from network.base.errors import Refused
from network.base.models import SavedView

MOST_VIEWS = 20


@transaction.atomic
def save_view(*, export: Export, name: str, query: str, by: Any) -> SavedView:
    """Keep a view; refuses a name she already uses for that list, and more tabs than fit."""
    if SavedView.objects.filter(owner=by, listing=export.name).count() >= MOST_VIEWS:
        raise Refused(_("Ya guardaste 20 vistas de esta lista. Borra alguna que no uses."))
    view = SavedView(owner=by, listing=export.name, name=name, query=query)
    return _stored(view)


@transaction.atomic
def rename_view(*, view: SavedView, name: str) -> SavedView:
    view.name = name
    return _stored(view)


@transaction.atomic
def delete_view(*, view: SavedView) -> None:
    view.delete()


def _stored(view: SavedView) -> SavedView:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise Refused(_("Ya tienes una vista con ese nombre."), field="name") from error
    return view
