"""`manage.py figures`: every figure of the network, for a year or since the beginning."""

import json
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from network.base.contracts import declared
from network.base.figures import Question
from network.partners.models import Programme
from network.reports.figures import as_json


class Command(BaseCommand):
    help = "Escribe las cifras que cuenta el portal, con su definición."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--period", help="un año, como 2026")
        parser.add_argument("--project", help="código de un programa; solo lo que ese paga")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        question = self._question(options["period"], options["project"])
        answers = [
            as_json(figure, question)
            for figure in declared("figures").values()
            if not question.narrowed or _has_programmes(figure)
        ]
        if options["json"]:
            self.stdout.write(json.dumps(answers, ensure_ascii=False, indent=1))
            return
        for answer in answers:
            self.stdout.write(f"{answer['value']}  {answer['title']} ({answer['unit']})")

    def _question(self, period: str | None, project: str | None) -> Question:
        question = Question()
        if period:
            try:
                year = int(period)
                question = Question(first=date(year, 1, 1), last=date(year, 12, 31))
            except ValueError as error:
                raise CommandError("El periodo es un año, como 2026.") from error
        if project:
            programme = Programme.objects.filter(code__iexact=project).first()
            if programme is None:
                known = ", ".join(Programme.objects.order_by("code").values_list("code", flat=True))
                raise CommandError(f"No hay un programa «{project}». Hay: {known}.")
            question = question.also("programa", str(programme.pk))
        return question


def _has_programmes(figure: Any) -> bool:
    return any(split.name == "programa" for split in figure.splits)
