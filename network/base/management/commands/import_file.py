"""import_file NAME FILE: what a workbook would change, and with --commit, the change itself."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from network.base.access import can
from network.base.contracts import Import, declared
from network.base.errors import Refused
from network.base.imports.engine import Request, Result, file_digest, run_import
from network.base.imports.mapping import Plan, plan_as, plan_sheets
from network.base.imports.reader import Book, open_book
from network.base.imports.rows import Row
from network.base.imports.told import told_row


class Command(BaseCommand):
    help = "Imports a list; without --commit it only tells what would happen."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="which list: organisations, people, …")
        parser.add_argument("file", type=Path)
        parser.add_argument("--commit", action="store_true", help="write it, all or nothing")
        parser.add_argument(
            "--as", dest="email", default="", help="account in whose name and reach"
        )
        parser.add_argument("--json", action="store_true", help="counts and every row, as JSON")
        parser.add_argument("--sheet", default="", help="name of the sheet, if there are several")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._import(**options)
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal

    def _import(
        self, *, name: str, file: Path, commit: bool, email: str, sheet: str, **options: Any
    ) -> None:
        declaration = _declaration(name)
        by = _account(email, declaration) if email else None
        content = _content(file)
        rows: list[dict[str, Any]] = []

        def keep(plan: Plan, row: Row) -> None:
            rows.append(told_row(plan, row))

        with open_book(content, file.name) as book:
            plans = _plans(book, declaration, sheet)
            result = run_import(
                book=book,
                request=Request(file.name, file_digest(content), tuple(plans)),
                by=by,
                commit=commit,
                each=keep if options["json"] else None,
                channel="command",
            )
        if options["json"]:
            answer = {"read": result.read, **result.counts, "rows": rows, "committed": commit}
            if result.batch_id:
                answer["batch"] = str(result.batch_id)
            json.dump(
                answer, sys.stdout if self.stdout is None else self.stdout, ensure_ascii=False
            )
            self.stdout.write("")
        else:
            self.stdout.write(_sentence(result, commit))


def _declaration(name: str) -> Import:
    imports = declared("imports")
    if name not in imports:
        raise Refused(
            _("No hay una importación «%(name)s». Las que hay: %(list)s.")
            % {"name": name, "list": ", ".join(imports)}
        )
    found: Import = imports[name]
    return found


def _account(email: str, declaration: Import) -> Any:
    account = get_user_model().objects.filter(email__iexact=email, is_active=True).first()
    if account is None:
        raise Refused(_("No hay una cuenta activa con el correo %s.") % email)
    if not can(account, declaration.permission):
        raise Refused(_("La cuenta %s no puede importar.") % email)
    return account


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refused(_("No se puede leer %s.") % file) from error


def _plans(book: Book, declaration: Import, name: str) -> list[Plan]:
    if not name:
        plans = plan_sheets(book.sheets, [declaration])
        return plans or [plan_as(book.sheets[0], declaration)]
    for sheet in book.sheets:
        if sheet.name == name:
            return [plan_as(sheet, declaration)]
    names = ", ".join(f"«{sheet.name}»" for sheet in book.sheets)
    raise Refused(
        _("No hay una hoja «%(name)s». Las que hay: %(list)s.") % {"name": name, "list": names}
    )


def _sentence(result: Result, commit: bool) -> str:
    said = {name: number_format(n, force_grouping=True) for name, n in result.counts.items()}
    said["read"] = number_format(result.read, force_grouping=True)
    counts = _(
        "%(read)s filas: %(new)s nuevas, %(changed)s cambian, %(unchanged)s sin cambios, "
        "%(parked)s esperan, %(refused)s con error."
    )
    end = _("Quedó importado.") if commit else _("No se guardó nada: falta --commit.")
    return f"{counts % said} {end}"
