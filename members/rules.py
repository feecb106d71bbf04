"""How a cell or a field about a woman or an organisation is read: forms and imports ask here.

Pure functions from what someone typed to what is kept. Each raises `Refused` with what is wrong and
what to write instead; an empty text is never passed, "no answer" is the caller's business.
"""

import contextlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _
from stdnum.pe import cui

from members.models import Language, Membership, Organisation, Person
from network.base.dates import PartialDate, parse_day, parse_partial
from network.base.errors import Refused
from network.base.phones import parse_phone
from network.base.text import fold

OLDEST = 110

# Words of a surname that never stand alone: De la Cruz, Del Águila, San Román.
PARTICLES = {"de", "del", "la", "las", "los", "san", "santa", "y", "da", "di", "do", "von", "van"}
SMALL_WORDS = {"de", "del", "la", "las", "los", "y"}


@dataclass(frozen=True)
class Name:
    """The three parts of a person's name; either surname may be missing, not both."""

    given_names: str
    paternal_surname: str = ""
    maternal_surname: str = ""


# --- Documents ----------------------------------------------------------------------------------
def read_document_kind(text: str) -> str:
    return read_choice(text, Person.Document, DOCUMENT_WORDS)


def read_document(kind: str, text: str) -> str:
    """The number of a document of that kind, as it is kept and compared."""
    readers = {
        Person.Document.DNI: read_dni,
        Person.Document.CE: read_foreigner_card,
        Person.Document.PASSPORT: read_passport,
    }
    if kind not in readers:
        raise Refused(_("Escribe también qué documento es: DNI, CE o pasaporte."))
    return readers[Person.Document(kind)](text)


def read_dni(text: str) -> str:
    """Eight digits. The check character beside them, when given, must fit; it is not kept."""
    number = re.sub(r"[\s.\-]", "", text).upper()
    if re.fullmatch(r"[0-9]{8}", number):
        return number
    if re.fullmatch(r"[0-9]{8}[0-9A-K]", number):
        if number[8] not in cui.calc_check_digits(number[:8]):
            raise Refused(
                _("El dígito verificador no corresponde a ese DNI. Revisa los 8 números.")
            )
        return number[:8]
    if not number.isascii() or not number.isdigit():
        raise Refused(_("El DNI lleva solo números: 8. Revisa lo que escribiste."))
    if len(number) == 7:
        raise Refused(
            _(
                "El DNI tiene 8 números. Este tiene 7. Si empieza con 0, escríbelo también: "
                "Excel borra los ceros del comienzo."
            )
        )
    raise Refused(_("El DNI tiene 8 números. Este tiene %(count)s.") % {"count": len(number)})


def read_foreigner_card(text: str) -> str:
    number = re.sub(r"[\s.\-]", "", text).upper()
    if not re.fullmatch(r"[0-9A-Z]{9,12}", number):
        raise Refused(_("El carné de extranjería tiene de 9 a 12 números o letras."))
    return number


def read_passport(text: str) -> str:
    number = re.sub(r"[\s.\-]", "", text).upper()
    if not re.fullmatch(r"[0-9A-Z]{5,15}", number):
        raise Refused(_("El pasaporte tiene de 5 a 15 números o letras."))
    return number


# --- Names --------------------------------------------------------------------------------------
def read_name(text: str, longest: int = 80) -> str:
    """A name or surname in mixed case; what came ALL CAPS or all small is written as names are."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if any(unicodedata.category(char) in {"Cc", "Nd", "Sm", "So"} for char in name):
        raise Refused(_("Un nombre lleva solo letras. Revisa lo que escribiste."))
    if not any(char.isalpha() for char in name):
        raise Refused(_("Escribe el nombre con letras."))
    if len(name) > longest:
        raise Refused(_("Es muy largo: lo más son %(count)s letras.") % {"count": longest})
    return _as_names_are_written(name) if name.isupper() or name.islower() else name


def split_surnames(text: str) -> tuple[str, str]:
    """Paternal and maternal, when the cell holds both: «Mamani Ticona», «De la Cruz Rojas»."""
    units = _units(read_name(text, 120))
    if len(units) > 2:
        raise Refused(
            _("No se sabe dónde termina el apellido paterno. Escribe cada apellido en su columna.")
        )
    return units[0], units[1] if len(units) == 2 else ""


def split_full_name(text: str) -> Name:
    """A cell with surnames first. «Quispe Arce, Delfina», or without comma up to four words."""
    before, comma, after = text.partition(",")
    if comma:
        if not before.strip() or not after.strip():
            raise Refused(_("Escribe los apellidos, una coma y los nombres: Quispe Arce, Delfina."))
        return Name(read_name(after), *split_surnames(before))
    units = _units(read_name(text, 200))
    if not 2 <= len(units) <= 4:
        raise Refused(
            _("Separa apellidos y nombres con una coma: Quispe Arce, Delfina.")
            if len(units) > 4
            else _("Escribe apellidos y nombres: Quispe Arce, Delfina.")
        )
    if len(units) == 2:
        return Name(units[1], units[0])
    return Name(" ".join(units[2:]), units[0], units[1])


def _units(name: str) -> list[str]:
    """Words, with the particles before each: «De la Cruz» is one."""
    units: list[str] = []
    is_open = False
    for word in name.split():
        if is_open:
            units[-1] += f" {word}"
        else:
            units.append(word)
        is_open = fold(word) in PARTICLES
    return [unit[:1].upper() + unit[1:] for unit in units]


def _as_names_are_written(name: str) -> str:
    words = name.lower().split()
    return " ".join(
        word if number and word in SMALL_WORDS else _capitalised(word)
        for number, word in enumerate(words)
    )


def _capitalised(word: str) -> str:
    return re.sub(r"(^|[-'’])(\w)", lambda match: match[1] + match[2].upper(), word)


# --- Dates, contact -----------------------------------------------------------------------------
def read_birth(text: str) -> PartialDate:
    """A birth date, a month or only a year; never in the future, never over 110 years ago."""
    born = read_past_partial(text)
    if date.today().year - born.date.year > OLDEST:  # noqa: DTZ011  # Lima's, as everywhere here
        raise Refused(_("Esa fecha da más de 110 años. Revisa el año."))
    return born


def read_past_partial(text: str) -> PartialDate:
    """A day, a month or a year that has come."""
    today = date.today()  # noqa: DTZ011  # the process runs in America/Lima
    read = _plain_day(text) or parse_partial(text, latest=today)
    if read.date > today:
        raise Refused(_("Esa fecha todavía no llega. Revisa el año."))
    return read


def _plain_day(text: str) -> PartialDate | None:
    """28/11/2026, as workbooks give their dates: known at sight."""
    if len(text) == 10 and text[2] == text[5] == "/" and text.isascii():
        day, month, year = text[:2], text[3:5], text[6:]
        if (day + month + year).isdecimal() and year >= "1900":
            with contextlib.suppress(ValueError):
                return PartialDate(date(int(year), int(month), int(day)))
    return None


def read_partial(text: str) -> PartialDate:
    return parse_partial(text)


def read_day(text: str) -> date:
    return parse_day(text)


def read_past_day(text: str) -> date:
    day = read_day(text)
    if day > timezone.localdate():
        raise Refused(_("Esa fecha todavía no llega. Revisa el año."))
    return day


def read_phone(text: str) -> str:
    return parse_phone(text)


def read_email(text: str) -> str:
    email = text.strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        raise Refused(_("Escribe el correo completo: nombre@ejemplo.pe.")) from None
    if len(email) > 254:
        raise Refused(_("Ese correo es muy largo."))
    return email


def read_text(text: str, longest: int) -> str:
    kept = " ".join(unicodedata.normalize("NFC", text).split())
    if len(kept) > longest:
        raise Refused(_("Es muy largo: lo más son %(count)s letras.") % {"count": longest})
    return kept


# --- Closed lists: the code, the label in any case, and the words people use --------------------
def read_choice(text: str, choices: type[TextChoices], words: Mapping[str, str]) -> str:
    """The code whose code, label or synonym was written, in any case and without accents."""
    found = _known_words(choices, tuple(words.items())).get(fold(text))
    if found is None:
        labels = ", ".join(str(label) for value, label in choices.choices if value)
        raise Refused(_("No está en la lista. Escribe uno de estos: %(list)s.") % {"list": labels})
    return found


@cache
def _known_words(choices: type[TextChoices], words: tuple[tuple[str, str], ...]) -> dict[str, str]:
    known = {fold(word): value for word, value in words}
    for choice in choices:
        known[fold(str(choice.label))] = known[fold(choice.value)] = choice.value
    return known


def read_sex(text: str) -> str:
    return read_choice(text, Person.Sex, SEX_WORDS)


def read_occupation(text: str) -> str:
    return read_choice(text, Person.Occupation, OCCUPATION_WORDS)


def read_contact_preference(text: str) -> str:
    return read_choice(text, Person.ContactPreference, CONTACT_WORDS)


def read_language(text: str) -> str:
    return read_choice(text, Language, LANGUAGE_WORDS)


def read_languages(text: str) -> list[str]:
    """Several, parted by comma, «y», slash or plus; each once, in the order of the list."""
    read = {read_language(part) for part in _parts(text)}
    return [value for value in Language.values if value in read]


def read_membership_kind(text: str) -> str:
    return read_choice(text, Membership.Kind, MEMBERSHIP_WORDS)


def read_organisation_kind(text: str) -> str:
    return read_choice(text, Organisation.Kind, ORGANISATION_WORDS)


def read_formalisation(text: str) -> str:
    return read_choice(text, Organisation.Formalisation, FORMALISATION_WORDS)


def read_activities(text: str) -> list[str]:
    # Whole labels first: «Servicios y comedor» holds an «y» of its own.
    parts = [part for part in re.split(r"[,;/+\n]", text) if part.strip()]
    read: set[str] = set()
    for part in parts:
        try:
            read.add(read_choice(part, Organisation.Activity, ACTIVITY_WORDS))
        except Refused:
            pieces = re.split(r"\s+[ye]\s+", part.strip())
            if len(pieces) == 1:
                raise
            read |= {read_choice(piece, Organisation.Activity, ACTIVITY_WORDS) for piece in pieces}
    return [value for value in Organisation.Activity.values if value in read]


def read_yes_no(text: str) -> bool:
    answer = fold(text)
    if answer in {"si", "s", "x", "1", "true", "verdadero", "yes"}:
        return True
    if answer in {"no", "n", "0", "false", "falso"}:
        return False
    raise Refused(_("Escribe sí o no."))


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[,;/+\n]|\s+[ye]\s+", text) if part.strip()]


DOCUMENT_WORDS = {
    "documento nacional de identidad": "dni",
    "libreta": "dni",
    "carnet de extranjeria": "ce",
    "carne extranjeria": "ce",
    "c e": "ce",
    "pas": "passport",
    "no tiene": "none",
    "ninguno": "none",
    "sin dni": "none",
    "indocumentada": "none",
}
SEX_WORDS = {
    "femenino": "f",
    "femenina": "f",
    "mujeres": "f",
    "hombres": "m",
    "masculino": "m",
    "varon": "m",
    "h": "m",
    "no se": "u",
    "sin dato": "u",
}
OCCUPATION_WORDS = {
    "pallaqueras": "pallaquera",
    "pallaquero": "pallaquera",
    "pallaqueo": "pallaquera",
    "palla": "pallaquera",
    "minera": "miner",
    "minero": "miner",
    "socia": "miner",
    "titular": "title_holder",
    "aluvial": "alluvial",
    "lavadora de oro": "alluvial",
    "planta": "plant_worker",
    "quimbaletera": "plant_worker",
    "compradora": "trader",
    "comercializadora": "trader",
    "acopiadora": "trader",
    "comerciante": "trader",
    "cocinera": "cook",
    "orfebre": "jeweller",
    "joyeria": "jeweller",
    "dirigente": "leader",
    "lideresa": "leader",
    "otro": "other",
    "otra": "other",
    "no se": "unknown",
    "sin dato": "unknown",
}
LANGUAGE_WORDS = {
    "espanol": "es",
    "spa": "es",
    "runasimi": "qu",
    "kechua": "qu",
    "aymara": "ay",
    "aymar": "ay",
    "otro": "other",
    "otra": "other",
    "otro idioma": "other",
}
CONTACT_WORDS = {
    "wsp": "whatsapp",
    "wasap": "whatsapp",
    "guasap": "whatsapp",
    "mensaje": "sms",
    "telefono": "call",
    "llamadas": "call",
    "correo electronico": "email",
    "e mail": "email",
    "visita": "visit",
}
MEMBERSHIP_WORDS = {
    "socio": "member",
    "socia activa": "member",
    "integrante": "member",
    "asociada": "member",
    "miembro": "member",
    "trabajador": "worker",
    "obrera": "worker",
    "aspirante": "applicant",
    "aliado": "ally",
}
ORGANISATION_WORDS = {
    "asoc": "association",
    "coop": "cooperative",
    "sac": "company",
    "s a c": "company",
    "eirl": "company",
    "srl": "company",
    "comunidad campesina": "community",
    "comite": "committee",
    "grupo": "committee",
}
FORMALISATION_WORDS = {
    "sin dato": "unknown",
    "no iniciada": "not_started",
    "informal": "not_started",
    "reinfo": "registered",
    "inscrita": "registered",
    "reinfo vigente": "registered",
    "en proceso": "in_process",
    "en tramite": "in_process",
    "suspendida": "suspended",
    "reinfo suspendido": "suspended",
    "excluida": "excluded",
    "formal": "formalised",
    "formalizado": "formalised",
}
ACTIVITY_WORDS = {
    "pallaquera": "gleaning",
    "pallaqueras": "gleaning",
    "extraccion": "extraction",
    "explotacion": "extraction",
    "socavon": "extraction",
    "aluvial": "alluvial",
    "lavado": "alluvial",
    "beneficio": "processing",
    "planta": "processing",
    "venta": "trade",
    "comercio": "trade",
    "orfebreria": "jewellery",
    "servicios": "services",
    "comedor": "services",
    "cocina": "services",
}
