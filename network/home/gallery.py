"""Examples for the gallery of components: every piece, in every state, all invented."""

from types import SimpleNamespace
from typing import Any

from django import forms
from django.utils.safestring import mark_safe

from network.base.figures import suppress
from network.base.forms import DateField, PartialDateField, PhoneField, PortalForm
from network.base.templatetags.ui import PILL_ICONS, pill

ICONS = (
    "check cross clock alert search down print phone play day book seal home list nosignal send "
    "saved turn plus undo lock people chat arrow dash file link sync"
).split()
STATES = dict(
    zip(PILL_ICONS, ("Cumplida", "En marcha", "Atrasada", "Nos toca", "Por empezar"), strict=True)
)
PEOPLE = (
    ("Apaza Condori, Felícitas", "•••••412", "Río Claro", 5, "28/10/2026"),
    ("Choque Puma, Edelmira", "sin documento", "Amanecer Minero", 1, "03/09/2026"),
    ("Ñahui Taipe, Yolanda", "•••••301", "Nueva Orilla", 5, "28/10/2026"),
)
MINERS = {"21": 148, "17": 96, "04": 71, "05": 34, "13": 28, "20": 17, "03": 11, "08": 3, "11": 2}


class ExampleForm(PortalForm):
    given_names = forms.CharField(label="Nombres", help_text="Como figuran en su documento")
    phone = PhoneField(label="Teléfono", help_text="Celular o fijo: 951 000 720")
    joined = PartialDateField(label="Socia desde", required=False, help_text="Vale solo el año.")
    session = DateField(label="Día de la sesión")
    organisation = forms.ChoiceField(
        label="Organización", choices=[("", "Elige una"), ("1", "Río Claro, Laberinto")]
    )
    occupation = forms.ChoiceField(
        label="¿En qué trabaja?",
        required=False,
        widget=forms.RadioSelect,
        choices=[("p", "Pallaquera"), ("s", "Socia minera"), ("o", "Otro trabajo")],
    )
    languages = forms.MultipleChoiceField(
        label="Lenguas",
        widget=forms.CheckboxSelectMultiple,
        choices=[("es", "Castellano"), ("qu", "Quechua"), ("ay", "Aimara")],
    )
    notes = forms.CharField(label="Notas", required=False, widget=forms.Textarea)
    photo = forms.FileField(label="Foto de la hoja", required=False)
    agrees = forms.BooleanField(label="Acepta estar en el registro", required=False)


def examples() -> dict[str, Any]:
    filled = ExampleForm(
        prefix="bien",
        initial={
            "given_names": "Delfina",
            "session": "28/11/2026",
            "joined": "2019",
        },
    )
    refused = ExampleForm({"mal-phone": "95100072", "mal-session": "31/02/2026"}, prefix="mal")
    return {
        "icons": ICONS,
        "states": STATES.items(),
        "tones": (("", "Puedes seguir.", "Sin señal."), ("ok", "Guardado.", ""))
        + (("ours", "Responder.", "Nos toca."), ("warn", "El compromiso venció hace 3 días.", "")),
        "filled": filled,
        "refused": refused,
        "tabs": [
            {"label": "Todas", "url": "#x", "count": 1296, "is_current": True},
            {"label": "Con cargo", "url": "#x", "count": 27},
            {"label": "Guardar esta vista", "url": "#x", "count": None},
        ],
        "chips": [{"label": "Región: Puno", "url": "#x"}, {"label": "Socia vigente", "url": "#x"}],
        "acts": [{"label": "Invitar a un curso", "value": "invite"}],
        "columns": _columns(),
        "rows": [_row(number, *person) for number, person in enumerate(PEOPLE)],
        "foot": [("", "Las 3"), ("", ""), ("", ""), ("table__num", 11), ("", ""), ("", "")],
        "listing": SimpleNamespace(
            summary="51 a 100 de 1,296", first_url="#x", previous_url="#x", next_url="#x"
        ),
        "crumbs": [("Personas", "#x"), ("Río Claro", "")],
        "answers": [
            {"key": "Nombres", "value": "Delfina", "change_url": "#x"},
            {
                "key": "Socia desde",
                "value": "28/11/2026",
                "words": "sábado 28 de noviembre de 2026",
                "change_url": "#x",
            },
            {"key": "Teléfono", "value": "", "change_url": "#x"},
        ],
        "declared_example": {"value": "más de 400", "year": "2025"},
        "periods": [
            {"when": "desde el 01/03/2025", "title": "Vocal de seguridad", "is_current": True},
            {"when": "de 2019 a 2022", "title": "Socia", "text": "Flor de Cuarzo, Ananea"},
        ],
        "jobs": _jobs(),
        "miners": suppress(MINERS),
    }


def _columns() -> list[dict[str, str]]:
    return [
        {"heading": "Apellidos y nombres", "sort": "ascending", "sort_url": "#x"},
        {"heading": "DNI"},
        {"heading": "Organización", "sort_url": "#x"},
        {"heading": "Cursos", "css": "table__num", "sort_url": "#x"},
        {"heading": "Le falta"},
        {"heading": "Última vez"},
    ]


def _row(number: int, name: str, tail: str, group: str, courses: int, seen: str) -> SimpleNamespace:
    missing = pill("late", f"faltan {8 - courses}") if courses < 3 else f"faltan {8 - courses}"
    cells = [("", name), ("nowrap", tail), ("", group), ("table__num", courses)]
    cells += [("nowrap", missing), ("nowrap", seen)]
    return SimpleNamespace(key=number, url="#x", cells=cells, is_ticked=number == 1)


def _jobs() -> list[dict[str, Any]]:
    return [
        {"id": 1, "state": "running", "title": "Padrón de socias", "done": 3240, "total": 5000}
        | {"detail": mark_safe("Excel · pedido hoy, 9:02&nbsp;a.&nbsp;m.")},  # noqa: S308
        {"state": "ready", "title": "Informe semestral", "detail": "Excel con diccionario"}
        | {"size": "412 KB", "until": "27/11/2026", "url": "#x"},
        {"state": "expired", "title": "Asistencias", "detail": "Excel", "when": "09/11/2026"}
        | {"url": "#x"},
        {"state": "failed", "title": "Registro por organización", "detail": "PDF"}
        | {"reason": "Faltan las horas de 2 sesiones.", "url": "#x", "act": "Completar horas"},
    ]
