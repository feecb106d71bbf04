"""The invented organisations of the demonstration: 25 in 6 regions, 9 of them in Madre de Dios."""

from dataclasses import dataclass

from members.models import Organisation

Kind = Organisation.Kind
Stage = Organisation.Formalisation
Activity = Organisation.Activity


@dataclass(frozen=True)
class InventedNetwork:
    code: str
    name: str
    department: str


@dataclass(frozen=True)
class InventedOrganisation:
    """`networks` are codes; an empty tuple is an organisation of the national network alone."""

    name: str
    short_name: str
    kind: str
    district: str
    networks: tuple[str, ...]
    founded: int
    members: int
    stage: str
    activities: tuple[str, ...]
    zone: str = ""


NETWORKS = (
    InventedNetwork("madre-de-dios", "Red Madre de Dios", "17"),
    InventedNetwork("puno", "Red Puno", "21"),
    InventedNetwork("arequipa", "Red Arequipa", "04"),
    InventedNetwork("sur-medio", "Red Sur Medio", "11"),
)

_MDD, _PUN, _ARE, _SUR = ("madre-de-dios",), ("puno",), ("arequipa",), ("sur-medio",)
_GLEAN = (Activity.GLEANING,)
_WASH = (Activity.ALLUVIAL,)

ORGANISATIONS = (
    InventedOrganisation(
        "Asociación de Mujeres Mineras Río Claro",
        "Río Claro",
        Kind.ASSOCIATION,
        "170104",
        _MDD,
        2014,
        14,
        Stage.IN_PROCESS,
        _WASH,
        "Sector La Playa",
    ),
    InventedOrganisation(
        "Asociación Amanecer Minero de Huepetuhe",
        "Amanecer Minero",
        Kind.ASSOCIATION,
        "170204",
        _MDD,
        2016,
        12,
        Stage.REGISTERED,
        (*_WASH, Activity.SERVICES),
    ),
    InventedOrganisation(
        "Asociación de Artesanas y Mineras Manos de Greda",
        "Manos de Greda",
        Kind.ASSOCIATION,
        "170102",
        _MDD,
        2018,
        11,
        Stage.REGISTERED,
        (*_WASH, Activity.JEWELLERY),
    ),
    InventedOrganisation(
        "Asociación de Mujeres Piedra Viva",
        "Piedra Viva",
        Kind.ASSOCIATION,
        "170102",
        _MDD,
        2015,
        13,
        Stage.IN_PROCESS,
        (*_GLEAN, Activity.TRADE),
        "Mazuko",
    ),
    InventedOrganisation(
        "Cooperativa Minera Nueva Orilla",
        "Nueva Orilla",
        Kind.COOPERATIVE,
        "170101",
        _MDD,
        2012,
        12,
        Stage.FORMALISED,
        (Activity.ALLUVIAL, Activity.PROCESSING),
    ),
    InventedOrganisation(
        "Comité de Mujeres del Bajo Remanso",
        "Bajo Remanso",
        Kind.COMMITTEE,
        "170203",
        _MDD,
        2021,
        8,
        Stage.NOT_STARTED,
        _WASH,
    ),
    InventedOrganisation(
        "Asociación de Mineras Aluviales Dos Quebradas",
        "Dos Quebradas",
        Kind.ASSOCIATION,
        "170204",
        _MDD,
        2017,
        9,
        Stage.SUSPENDED,
        _WASH,
    ),
    InventedOrganisation(
        "Asociación de Cocineras y Mineras Santa Aurelia",
        "Santa Aurelia",
        Kind.ASSOCIATION,
        "170102",
        _MDD,
        2019,
        8,
        Stage.REGISTERED,
        (Activity.SERVICES, Activity.ALLUVIAL),
    ),
    InventedOrganisation(
        "Comunidad Minera Palma Sola",
        "Palma Sola",
        Kind.COMMUNITY,
        "170104",
        _MDD,
        2010,
        9,
        Stage.UNKNOWN,
        _WASH,
    ),
    InventedOrganisation(
        "Asociación de Pallaqueras Apu Nevado",
        "Apu Nevado",
        Kind.ASSOCIATION,
        "211002",
        _PUN,
        2009,
        38,
        Stage.REGISTERED,
        _GLEAN,
        "Cerro Alto",
    ),
    InventedOrganisation(
        "Asociación de Seleccionadoras de Mineral Nieve Eterna del Cerro Alto de Ananea",
        "Nieve Eterna",
        Kind.ASSOCIATION,
        "211002",
        _PUN,
        2011,
        34,
        Stage.REGISTERED,
        _GLEAN,
    ),
    InventedOrganisation(
        "Cooperativa de Mujeres Mineras Flor de Cuarzo",
        "Flor de Cuarzo",
        Kind.COOPERATIVE,
        "211202",
        _PUN,
        2013,
        26,
        Stage.IN_PROCESS,
        (*_GLEAN, Activity.TRADE),
    ),
    InventedOrganisation(
        "Asociación de Pallaqueras Qori Wayta",
        "Qori Wayta",
        Kind.ASSOCIATION,
        "211205",
        _PUN,
        2018,
        21,
        Stage.NOT_STARTED,
        _GLEAN,
    ),
    InventedOrganisation(
        "Asociación de Mujeres Veta Nueva",
        "Veta Nueva",
        Kind.ASSOCIATION,
        "211203",
        _PUN,
        2020,
        17,
        Stage.REGISTERED,
        _GLEAN,
    ),
    InventedOrganisation(
        "Comité de Pallaqueras Tres Cruces",
        "Tres Cruces",
        Kind.COMMITTEE,
        "210306",
        _PUN,
        2022,
        12,
        Stage.UNKNOWN,
        _GLEAN,
    ),
    InventedOrganisation(
        "Asociación de Mineras Artesanales Quebrada Honda",
        "Quebrada Honda",
        Kind.ASSOCIATION,
        "040307",
        _ARE,
        2008,
        24,
        Stage.FORMALISED,
        (Activity.EXTRACTION, Activity.PROCESSING),
    ),
    InventedOrganisation(
        "Asociación de Pallaqueras Cerro Rosado",
        "Cerro Rosado",
        Kind.ASSOCIATION,
        "040309",
        _ARE,
        2012,
        22,
        Stage.IN_PROCESS,
        _GLEAN,
    ),
    InventedOrganisation(
        "Empresa Minera de Mujeres Luz de Ocre S. A. C.",
        "Luz de Ocre",
        Kind.COMPANY,
        "040308",
        _ARE,
        2016,
        15,
        Stage.FORMALISED,
        (Activity.EXTRACTION, Activity.TRADE),
    ),
    InventedOrganisation(
        "Asociación de Mujeres Mineras Arena Blanca",
        "Arena Blanca",
        Kind.ASSOCIATION,
        "040312",
        _ARE,
        2019,
        14,
        Stage.REGISTERED,
        _GLEAN,
    ),
    InventedOrganisation(
        "Asociación de Pallaqueras Puma Ranra",
        "Puma Ranra",
        Kind.ASSOCIATION,
        "050705",
        (*_SUR, *_ARE),
        2014,
        23,
        Stage.IN_PROCESS,
        _GLEAN,
    ),
    InventedOrganisation(
        "Cooperativa de Mineras Hatun Pata",
        "Hatun Pata",
        Kind.COOPERATIVE,
        "050601",
        _SUR,
        2017,
        18,
        Stage.REGISTERED,
        (Activity.EXTRACTION,),
    ),
    InventedOrganisation(
        "Asociación de Mujeres Sumaq Rumi",
        "Sumaq Rumi",
        Kind.ASSOCIATION,
        "050621",
        _SUR,
        2020,
        15,
        Stage.NOT_STARTED,
        _GLEAN,
    ),
    InventedOrganisation(
        "Asociación de Mujeres Mineras Duna y Veta",
        "Duna y Veta",
        Kind.ASSOCIATION,
        "110301",
        _SUR,
        2013,
        21,
        Stage.IN_PROCESS,
        (Activity.EXTRACTION, Activity.JEWELLERY),
    ),
    InventedOrganisation(
        "Asociación de Procesadoras Molino del Sur",
        "Molino del Sur",
        Kind.ASSOCIATION,
        "110305",
        _SUR,
        2016,
        17,
        Stage.REGISTERED,
        (Activity.PROCESSING,),
    ),
    InventedOrganisation(
        "Asociación de Mujeres Mineras Río Hondo",
        "Río Hondo",
        Kind.ASSOCIATION,
        "120601",
        (),
        2021,
        17,
        Stage.REGISTERED,
        (Activity.ALLUVIAL,),
    ),
)
