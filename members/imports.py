"""The lists that coordinators bring in: their organisations and their women."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members import rules
from members.access import Permission
from members.actions.importing import prepare_people, write_organisations, write_people
from members.models import Language, Membership, Organisation, Person
from network.base.contracts import Import, ImportColumn, Kind
from network.base.errors import Refused
from network.base.ruc import read_ruc

C = ImportColumn
YES_NO = (_("sí"), _("no"))


def _labels(choices: Any) -> tuple[Any, ...]:
    return tuple(label for value, label in choices.choices if value)


def _text(longest: int) -> Any:
    return partial(rules.read_text, longest=longest)


def _name(longest: int) -> Any:
    return partial(rules.read_name, longest=longest)


def _several(text: str) -> tuple[str, ...]:
    """Names parted by semicolon: a comma may be part of one."""
    return tuple(filter(None, (rules.read_text(part, 160) for part in text.split(";"))))


def _key(text: str) -> UUID:
    try:
        return UUID(text.strip())
    except ValueError:
        raise Refused(
            gettext("Esa clave está cortada o cambiada. Borra la celda si es una fila nueva.")
        ) from None


ID = C(
    "id",
    "id",
    _key,
    ("clave", "id (no tocar)"),
    rule=_("La escribe el portal al exportar. No la cambies."),
    can_be_erased=False,
    is_hidden=True,
)
PLACES = (
    C(
        "department",
        _("Región"),
        _text(80),
        ("departamento", "dpto", "region de residencia"),
        rule=_("Departamento. Ayuda cuando hay dos distritos del mismo nombre."),
        example="Puno",
        can_be_erased=False,
    ),
    C("province", _("Provincia"), _text(80), ("prov",), example="San Antonio de Putina",
      can_be_erased=False),
    C("district", _("Distrito"), _text(80), ("distrito de residencia", "dist"),
      rule=_("Distrito del INEI."), example="Ananea"),
    C("ubigeo", _("Ubigeo INEI"), _text(12), ("ubigeo del inei", "codigo inei"), is_hidden=True,
      rule=_("Código INEI del distrito, de 6 cifras."), can_be_erased=False),
    C("ubigeo_reniec", _("Ubigeo RENIEC"), _text(12), ("ubigeo del dni", "codigo reniec"),
      is_hidden=True, rule=_("El que está en el DNI. No es el del INEI."), can_be_erased=False),
)  # fmt: skip

PEOPLE_COLUMNS = (
    ID,
    C("paternal_surname", _("Apellido paterno"), _name(60),
      ("primer apellido", "ap paterno", "a paterno", "ape paterno", "paterno"),
      rule=_("Como está en su documento."), example="Mamani"),
    C("maternal_surname", _("Apellido materno"), _name(60),
      ("segundo apellido", "ap materno", "a materno", "ape materno", "materno"),
      rule=_("Puede faltar uno de los dos apellidos."), example="Ticona"),
    C("given_names", _("Nombres"), _name(80),
      ("nombre", "nombre s", "nombres completos", "prenombres", "nombre de pila"),
      rule=_("Todos sus nombres."), example="Rosaura", can_be_erased=False),
    C("surnames", _("Apellidos"), rules.split_surnames, ("apellido", "apellidos completos"),
      is_hidden=True, rule=_("Los dos apellidos en una celda."), can_be_erased=False),
    C("full_name", _("Apellidos y nombres"), rules.split_full_name,
      ("nombre completo", "nombres y apellidos", "apellidos nombres", "socia", "nombre de la socia",
       "integrante"),
      is_hidden=True, rule=_("Apellidos, una coma y nombres: Quispe Arce, Delfina."),
      can_be_erased=False),
    C("document_kind", _("Tipo de documento"), rules.read_document_kind,
      ("tipo doc", "tipo de doc", "tipo documento", "documento tipo"),
      choices=_labels(Person.Document), rule=_("Elige de la lista. Si no tiene, «Sin documento»."),
      example="DNI", can_be_erased=False),
    C("document", _("Número de documento"), _text(20),
      ("documento", "nro documento", "num documento", "n documento", "n de documento",
       "no documento", "doc identidad", "documento de identidad", "numero de doc"),
      rule=_("El DNI tiene 8 números; si empieza con 0, se escribe."), example="00123456",
      can_be_erased=False),
    C("dni", "DNI", _text(20),
      ("n dni", "n de dni", "nro dni", "nro de dni", "numero de dni", "num dni", "no dni",
       "dni n"),
      is_hidden=True, rule=_("8 números."), can_be_erased=False),
    C("no_document_reason", _("Por qué no tiene documento"), _text(120), ("motivo sin documento",),
      is_hidden=True),
    C("born_on", _("Nacimiento"), rules.read_birth,
      ("fecha de nacimiento", "fecha nacimiento", "fec nacimiento", "f nacimiento", "fec nac",
       "f nac", "fecha nac", "nacida el", "ano de nacimiento", "fecha de nac"),
      Kind.DATE, rule=_("28/11/1979. Si solo sabe el año, el año."), example="28/11/1979"),
    C("sex", _("Sexo"), rules.read_sex, ("genero",), choices=_labels(Person.Sex),
      rule=_("Elige de la lista."), example=_("Mujer")),
    C("occupation", _("Trabajo"), rules.read_occupation,
      ("ocupacion", "labor", "actividad", "oficio", "trabajo en la cadena", "a que se dedica"),
      choices=_labels(Person.Occupation), rule=_("Su trabajo en la cadena del oro."),
      example=_("Pallaquera")),
    C("organisation", _("Organización"), _several,
      ("asociacion", "cooperativa", "nombre de la organizacion", "organizacion o asociacion",
       "base", "empresa", "organizaciones"),
      rule=_("Como está en el registro. Varias, separadas por punto y coma."),
      example="Asociación Piedra Viva", can_be_erased=False, width=30),
    C("member_since", _("Socia desde"), rules.read_past_partial,
      ("fecha de ingreso", "ingreso", "miembro desde", "desde", "fecha de afiliacion",
       "ano de ingreso"),
      Kind.DATE, rule=_("Día, mes o solo año en que entró."), example="2019"),
    C("member_until", _("Socia hasta"), rules.read_day,
      ("fecha de salida", "fecha de retiro", "hasta"), Kind.DATE,
      rule=_("Solo si ya salió: el último día.")),
    C("member_kind", _("Calidad"), rules.read_membership_kind,
      ("condicion", "tipo de socia", "calidad de socia"), choices=_labels(Membership.Kind),
      is_hidden=True, can_be_erased=False),
    C("phone", _("Teléfono"), rules.read_phone,
      ("celular", "telefono celular", "n de celular", "n celular", "nro celular", "nro de celular",
       "numero de celular", "cel", "telf", "tel", "movil", "telefono principal",
       "numero de telefono", "n de telefono", "telefono 1", "fono"),
      rule=_("Celular de 9 números. Puede ser de su familia."), example="951 000 720"),
    C("whatsapp", "WhatsApp", rules.read_yes_no, ("tiene whatsapp", "wsp"), choices=YES_NO,
      rule=_("Si ese teléfono tiene WhatsApp."), example=_("sí")),
    C("email", _("Correo"), rules.read_email,
      ("correo electronico", "e mail", "mail", "direccion de correo"), width=26,
      rule=_("Correo electrónico."), example="rosaura@ejemplo.pe"),
    C("contact_preference", _("Cómo prefiere que la contacten"), rules.read_contact_preference,
      ("contacto preferido", "medio de contacto"),
      choices=_labels(Person.ContactPreference), is_hidden=True),
    *PLACES,
    C("languages", _("Lenguas que habla"), rules.read_languages,
      ("idiomas", "lenguas", "idioma", "lengua materna", "lengua"),
      rule=_("Castellano, Quechua, Aimara; varias, separadas por coma."),
      example="Castellano, Quechua", width=22),
    C("preferred_language", _("Lengua que prefiere"), rules.read_language,
      ("idioma preferido",), choices=_labels(Language), rule=_("En la que quiere que le hablen.")),
    C("prefers_audio", _("Prefiere audio"), rules.read_yes_no, ("prefiere audios",), choices=YES_NO,
      rule=_("Si prefiere escuchar antes que leer.")),
    C("note", _("Nota"), _text(2000), ("notas", "observaciones", "observacion", "comentarios"),
      is_hidden=True),
    C("consent_on", _("Fecha del consentimiento"), rules.read_past_day,
      ("fecha de consentimiento",), Kind.DATE, can_be_erased=False,
      rule=_("El día en que lo dijo. Sin fecha no se anota ningún consentimiento.")),
    C("consent_registry", _("Aceptó el registro"), rules.read_yes_no,
      ("consentimiento registro", "acepta registro"), choices=YES_NO, can_be_erased=False,
      rule=_("Si aceptó estar en el registro de la red.")),
    C("consent_whatsapp", _("Aceptó WhatsApp"), rules.read_yes_no,
      ("consentimiento whatsapp", "acepta whatsapp"), choices=YES_NO, can_be_erased=False,
      rule=_("Si aceptó mensajes por WhatsApp.")),
    C("consent_sms", _("Aceptó mensajes de texto"), rules.read_yes_no,
      ("consentimiento sms", "acepta sms"), choices=YES_NO, can_be_erased=False,
      rule=_("Si aceptó mensajes de texto.")),
    C("consent_share", _("Aceptó compartir con Solidaridad"), rules.read_yes_no,
      ("consentimiento solidaridad",), choices=YES_NO, can_be_erased=False,
      rule=_("Si aceptó que Solidaridad vea sus datos.")),
    C("consent_donors", _("Aceptó informes a donantes"), rules.read_yes_no,
      ("consentimiento donantes",), choices=YES_NO, can_be_erased=False,
      rule=_("Si aceptó aparecer en informes a donantes.")),
)  # fmt: skip

ORGANISATION_COLUMNS = (
    ID,
    C("name", _("Organización"), _text(160),
      ("nombre", "nombre de la organizacion", "asociacion", "razon social", "denominacion",
       "nombre completo"),
      rule=_("Nombre completo."), example="Asociación Piedra Viva", can_be_erased=False, width=40),
    C("short_name", _("Nombre corto"), _text(60), ("siglas", "sigla", "nombre comun"),
      rule=_("El que usa la gente."), example="Piedra Viva"),
    C("kind", _("Tipo"), rules.read_organisation_kind,
      ("tipo de organizacion", "clase"), choices=_labels(Organisation.Kind),
      rule=_("Elige de la lista."), example=_("Asociación"), can_be_erased=False),
    C("ruc", "RUC", read_ruc, ("n ruc", "n de ruc", "nro ruc", "numero de ruc"),
      rule=_("11 números."), example="20512333797"),
    C("formalisation", _("Formalización"), rules.read_formalisation,
      ("estado de formalizacion", "situacion", "reinfo", "etapa de formalizacion"),
      choices=_labels(Organisation.Formalisation), rule=_("Elige de la lista."), width=30),
    C("activities", _("Actividades"), rules.read_activities,
      ("actividad", "actividades en la cadena"),
      rule=_("Pallaqueo, Extracción, Lavado aluvial…; varias, separadas por coma."),
      example=_("Pallaqueo"), width=24),
    C("founded_on", _("Fundada el"), rules.read_past_partial,
      ("fecha de fundacion", "fundacion", "ano de fundacion", "fundada en"), Kind.DATE,
      rule=_("Día, mes o solo año."), example="2012"),
    C("regional_network", _("Redes regionales"), _several,
      ("red regional", "red", "redes"), can_be_erased=False,
      rule=_("Red regional a la que pertenece. Vacío: la red nacional."), width=24),
    C("affiliated_since", _("Afiliada desde"), rules.read_partial, ("fecha de afiliacion",),
      Kind.DATE, rule=_("Día, mes o solo año."), example="2020"),
    C("affiliated_until", _("Afiliada hasta"), rules.read_day, (), Kind.DATE,
      rule=_("Solo si ya salió.")),
    *PLACES,
    C("zone", _("Zona minera"), _text(120), ("zona", "centro poblado minero", "sector"),
      rule=_("Una zona que ya está en el registro.")),
    C("contact_name", _("Persona de contacto"), _text(120), ("contacto", "nombre de contacto"),
      example="Rosaura Mamani"),
    C("contact_phone", _("Teléfono de contacto"), rules.read_phone,
      ("telefono", "celular", "celular de contacto"), example="951 000 720"),
    C("contact_email", _("Correo de contacto"), rules.read_email,
      ("correo", "correo electronico", "email"), width=26),
    C("note", _("Nota"), _text(2000), ("notas", "observaciones"), is_hidden=True),
)  # fmt: skip


def person_name(texts: Mapping[str, str]) -> str:
    if full := texts.get("full_name"):
        return full
    surnames = texts.get("surnames") or " ".join(
        filter(None, (texts.get("paternal_surname"), texts.get("maternal_surname")))
    )
    return ", ".join(filter(None, (surnames, texts.get("given_names", ""))))


IMPORTS = (
    Import(
        name="organisations",
        title=_("Organizaciones"),
        permission=Permission.IMPORT,
        columns=ORGANISATION_COLUMNS,
        write=write_organisations,
        row_name=lambda texts: texts.get("name", ""),
        needs=(("name", "ruc", "id"),),
        sheets=("organizacion", "asociacion", "base"),
        order=10,
        list_url_name="organisation-list",
    ),
    Import(
        name="people",
        title=_("Personas"),
        permission=Permission.IMPORT,
        columns=PEOPLE_COLUMNS,
        write=write_people,
        prepare=prepare_people,
        row_name=person_name,
        needs=(("given_names", "full_name", "id", "dni", "document"),),
        sheets=("persona", "socia", "padron", "integrante", "mujer"),
        order=20,
        list_url_name="person-list",
    ),
)
