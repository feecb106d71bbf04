"""Who takes which rows out, with which columns, for what: settled before a byte is written."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.encoding import force_str
from django.utils.translation import gettext as _

from network.base.access import can
from network.base.accesslog import Action, record_access
from network.base.contracts import Asked, Column, Export
from network.base.errors import Refused
from network.base.figures import FEWEST
from network.base.listing import COUNTED_ROWS, ORDER, SEARCH, Selection, counted, order_of, select
from network.base.purposes import FilePurpose
from network.base.tables import Format, Table

SHORTEST_PURPOSE = 10


@dataclass(frozen=True)
class FileOrder:
    """A file of a list. Make it with `order_file`, which refuses what may not be taken."""

    export: Export
    format: Format
    query: QueryDict
    user: Any
    is_personal: bool = False
    purpose: str = ""
    purpose_words: str = ""
    channel: str = "web"

    @property
    def asked(self) -> Asked:
        return Asked(self.user, self.export.file_permission, self.purpose)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        return self.export.file_columns(personal=self.is_personal)

    @cached_property
    def chosen(self) -> Selection:
        return select(self.export, self.asked, self.query)

    @cached_property
    def rows(self) -> QuerySet[Any]:
        """The rows of the screen, in its order."""
        rows = self.chosen.rows
        order = order_of(self.export, rows, self.asked, self.query.get(ORDER, ""))
        return rows.order_by(*order.terms())

    @cached_property
    def table(self) -> Table:
        return Table.of(self.rows, self.columns, self.format)

    @cached_property
    def known_count(self) -> int | None:
        """How many rows, unless they are so many that counting would keep the reader waiting."""
        count = counted(self.rows, COUNTED_ROWS)
        return count if count <= COUNTED_ROWS else None

    @cached_property
    def left_out_count(self) -> int:
        """Rows that want of consent keeps out. Neither of a search nor, under filters, of fewer
        than five is it told: it would answer about one woman."""
        if self.export.left_out is None or self.query.get(SEARCH):
            return 0
        others = replace(self.export, rows=self.export.left_out)
        count = select(others, self.asked, self.query).rows.count()
        return 0 if self.chosen.words and count < FEWEST else count

    @property
    def filter_in_words(self) -> str:
        said = [f"{name}: {value}" for _key, name, value in self.chosen.words]
        return "; ".join(said) or _("Sin filtros: toda la lista que alcanza a ver")

    @property
    def purpose_in_words(self) -> str:
        if not self.purpose:
            return ""
        return f"{FilePurpose(self.purpose).label}: {self.purpose_words}"

    def file_name(self, now: datetime) -> str:
        parts = [force_str(self.export.title).lower().replace(" ", "-")]
        parts += ["confidencial"] * self.is_personal + ["demostracion"] * settings.DEMO
        return f"{'-'.join(parts)}-{timezone.localtime(now):%Y%m%d-%H%M}.{self.format}"

    def record(self, row_count: int | None, **said: Any) -> None:
        """Leave the trace of this file. A name that was searched is not repeated in it."""
        filters = {key: value for key, _name, value in self.chosen.words if key != SEARCH}
        record_access(
            by=self.user,
            action=Action.EXPORT,
            subject=self.export.name,
            field="personal" if self.is_personal else "",
            filters={**filters, "formato": str(self.format), **said},
            row_count=row_count,
            purpose=self.purpose_in_words,
            channel=self.channel,
        )


def order_file(
    export: Export,
    *,
    format: str,
    query: QueryDict,
    by: Any,
    is_personal: bool = False,
    purpose: str = "",
    purpose_words: str = "",
    channel: str = "web",
) -> FileOrder:
    """Check everything that may be refused: permissions, purpose, filters that cannot be read.

    Personal columns are never left blank: without the right to them the file is refused, and
    without asking for them they are absent.
    """
    if by is not None and not can(by, export.file_permission):
        raise Refused(_("No puedes exportar esta lista."))
    if is_personal:
        _check_personal(export, by, purpose, purpose_words)
    order = FileOrder(
        export=export,
        format=Format(format),
        query=query,
        user=by,
        is_personal=is_personal,
        purpose=purpose if is_personal else "",
        purpose_words=" ".join(purpose_words.split()) if is_personal else "",
        channel=channel,
    )
    if order.chosen.is_refused:
        unread = _("Revisa los filtros: alguno no se puede leer.")
        raise Refused(order.chosen.refusal or unread)
    return order


def _check_personal(export: Export, by: Any, purpose: str, purpose_words: str) -> None:
    if by is None or not can(by, export.personal_permission):
        raise Refused(_("No puedes exportar datos personales."), field="is_personal")
    if purpose not in FilePurpose.values:
        raise Refused(_("Elige para qué es el archivo."), field="purpose")
    if len(" ".join(purpose_words.split())) < SHORTEST_PURPOSE:
        raise Refused(
            _("Cuenta con tus palabras para qué es: 10 letras o más."), field="purpose_words"
        )
