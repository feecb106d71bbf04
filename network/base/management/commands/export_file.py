import json
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.http import QueryDict
from django.utils.translation import gettext as _

from network.base.contracts import Export, declared
from network.base.errors import Refused
from network.base.exporting.csv import csv_blocks
from network.base.exporting.order import FileOrder, order_file
from network.base.exporting.workbook import write_workbook
from network.base.listing import ORDER, SEARCH
from network.base.purposes import FilePurpose
from network.base.tables import Format


class Command(BaseCommand):
    help = (
        "Escribe una lista en un archivo, con las filas de la pantalla. Sin --as lleva todas y "
        "ningún dato personal; con --as EMAIL lleva lo que esa persona alcanza, y con --purpose "
        "también los datos personales, si ella puede."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--format", choices=list(Format), default=Format.XLSX)
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--as", dest="email", metavar="EMAIL")
        parser.add_argument("--where", nargs="+", action="extend", default=[], metavar="key=value")
        parser.add_argument("--purpose", default="", help="para qué, con tus palabras")
        parser.add_argument("--for", dest="kind", choices=FilePurpose.values, default="other")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        export = _export(options["name"])
        try:
            order = order_file(
                export,
                format=options["format"],
                query=_query(export, options["where"]),
                by=_user(options["email"]),
                is_personal=bool(options["purpose"]),
                purpose=options["kind"],
                purpose_words=options["purpose"],
                channel="command",
            )
            rows = _write(order, options["out"])
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        said = {
            "name": export.name,
            "format": str(order.format),
            "out": str(options["out"]),
            "rows": rows,
            "left_out": order.left_out_count,
            "personal": order.is_personal,
        }
        words = _("%(rows)d filas en %(out)s. Sin consentimiento quedaron fuera %(left_out)d.")
        self.stdout.write(json.dumps(said) if options["json"] else words % said)


def _export(name: str) -> Export:
    known = declared("exports")
    if name not in known:
        raise CommandError(_("No hay una lista «%s». Hay: ") % name + ", ".join(sorted(known)))
    return known[name]


def _user(email: str | None) -> Any:
    if email is None:
        return None
    user = get_user_model().objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        raise CommandError(_("No hay una cuenta activa con el correo %s.") % email)
    return user


def _query(export: Export, where: list[str]) -> QueryDict:
    query = QueryDict(mutable=True)
    known = [*(export.filters.base_filters if export.filters else []), ORDER]
    known += [SEARCH] * bool(export.search)
    for pair in where:
        key, separator, value = pair.partition("=")
        if not separator or key not in known:
            raise CommandError(_("No conozco el filtro «%s». Hay: ") % pair + ", ".join(known))
        query.appendlist(key, value)
    return query


def _write(order: FileOrder, out: Path) -> int:
    """All or nothing: the file takes its name when it is whole."""
    part = out.with_name(f".{out.name}.part")
    part.touch(mode=0o600)
    try:
        with part.open("wb") as target:
            if order.format == Format.XLSX:
                rows = write_workbook(order, target)
                order.record(rows)
            else:
                rows = -1  # the heading
                for block in csv_blocks(order):
                    target.write(block)
                    rows += block.count(b"\n")
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return rows
