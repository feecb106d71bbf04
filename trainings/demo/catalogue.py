"""The invented courses, and the editions of three years: when, where, who pays, how it ended."""

from dataclasses import dataclass
from decimal import Decimal

from trainings.models import CourseVersion, Edition
from trainings.models.courses import Holder, Theme

Validity = CourseVersion.Validity
Audience = Edition.Audience


@dataclass(frozen=True)
class InventedCourse:
    code: str
    name: str
    short_name: str
    theme: str
    hours: str
    sessions: int
    needs_test: bool = False
    valid_months: int = 0
    renews: str = ""
    roles: tuple[str, ...] = (Holder.MEMBER,)
    syllabus: str = ""

    @property
    def session_hours(self) -> Decimal:
        return Decimal(self.hours) / self.sessions


COURSES = (
    InventedCourse(
        "seguridad-pallaqueo", "Trabajo seguro en el pallaqueo", "Seguridad básica", Theme.SAFETY,
        "8", 2, True, 24, roles=(Holder.PALLAQUERA, Holder.MEMBER),
        syllabus="Polvo y sílice\nCarga y postura\nCaída de rocas\nSol, frío y altura",
    ),
    InventedCourse(
        "sin-mercurio", "Trabajo seguro sin mercurio", "Sin mercurio", Theme.SAFETY, "12", 4, True,
        24, syllabus="Qué hace el mercurio\nRetortas\nOtras formas de recuperar oro",
    ),
    InventedCourse(
        "primeros-auxilios", "Primeros auxilios en la labor", "Primeros auxilios", Theme.SAFETY,
        "8", 2, False, 12, roles=(Holder.SAFETY_DELEGATE,),
    ),
    InventedCourse(
        "repaso-seguridad", "Repaso de trabajo seguro", "Repaso", Theme.SAFETY, "4", 1, True, 24,
        renews="seguridad-pallaqueo",
    ),
    InventedCourse(
        "liderazgo-1", "Liderazgo para dirigentas I", "Liderazgo I", Theme.LEADERSHIP, "16", 4,
        roles=(Holder.OFFICE_HOLDER,),
        syllabus="Hablar en público\nConducir una asamblea\nNegociar\nTrabajo en equipo",
    ),
    InventedCourse(
        "liderazgo-2", "Liderazgo para dirigentas II", "Liderazgo II", Theme.LEADERSHIP, "16", 4,
        roles=(Holder.OFFICE_HOLDER,),
    ),
    InventedCourse(
        "cuentas-claras", "Cuentas claras de la organización", "Cuentas claras", Theme.FINANCE,
        "8", 2, roles=(Holder.TREASURER,),
    ),
    InventedCourse(
        "derechos", "Derechos de la mujer minera", "Derechos", Theme.RIGHTS, "6", 2,
    ),
    InventedCourse(
        "emprende-joven", "Emprendimiento para jóvenes", "Emprende joven", Theme.ENTREPRENEURSHIP,
        "20", 5,
    ),
)  # fmt: skip

REQUIREMENTS = (
    (Holder.MEMBER, "seguridad-pallaqueo", "Acuerdo de asamblea nacional"),
    (Holder.MEMBER, "sin-mercurio", "Acuerdo de asamblea nacional"),
    (Holder.OFFICE_HOLDER, "liderazgo-1", "Reglamento de juntas directivas"),
    (Holder.OFFICE_HOLDER, "liderazgo-2", "Reglamento de juntas directivas"),
    (Holder.SAFETY_DELEGATE, "primeros-auxilios", "Plan de seguridad de la red"),
    (Holder.TREASURER, "cuentas-claras", "Reglamento de juntas directivas"),
)


@dataclass(frozen=True)
class InventedEdition:
    """`days_ago` is when it begins, counted back from today; negative lies ahead."""

    course: str
    network: str
    days_ago: int
    people: int
    pays: tuple[tuple[str, int], ...] = (("DEMO-GEN", 100),)
    audience: str = Audience.WOMEN
    seats: int = 25
    step: int = 7  # days from one session to the next
    outcome: str = ""  # "cancelled", "open", "planned"
    childcare: bool = False


G, R = (("DEMO-GEN", 100),), (("DEMO-RS", 100),)
BOTH = (("DEMO-GEN", 60), ("DEMO-RS", 40))

EDITIONS = (
    InventedEdition("seguridad-pallaqueo", "puno", 1060, 20, R),
    InventedEdition("seguridad-pallaqueo", "madre-de-dios", 1010, 22, R, childcare=True),
    InventedEdition("liderazgo-1", "madre-de-dios", 960, 18, R),
    InventedEdition("seguridad-pallaqueo", "arequipa", 900, 22, R),
    InventedEdition("liderazgo-1", "puno", 860, 20, R, childcare=True),
    InventedEdition("derechos", "arequipa", 820, 16, R),
    InventedEdition("seguridad-pallaqueo", "sur-medio", 790, 18, R),
    InventedEdition("cuentas-claras", "madre-de-dios", 740, 14, G),
    InventedEdition("seguridad-pallaqueo", "madre-de-dios", 700, 24, BOTH),
    InventedEdition("sin-mercurio", "madre-de-dios", 650, 22, BOTH, childcare=True),
    InventedEdition("liderazgo-1", "arequipa", 610, 20, G),
    InventedEdition("primeros-auxilios", "puno", 560, 16, R),
    InventedEdition("seguridad-pallaqueo", "puno", 520, 24, G, childcare=True),
    InventedEdition("liderazgo-2", "madre-de-dios", 480, 16, G),
    InventedEdition("emprende-joven", "arequipa", 440, 20, G, Audience.MIXED),
    InventedEdition("sin-mercurio", "puno", 400, 22, G),
    InventedEdition("seguridad-pallaqueo", "arequipa", 360, 24, G),
    InventedEdition("derechos", "sur-medio", 330, 15, R, outcome="cancelled"),
    InventedEdition("primeros-auxilios", "madre-de-dios", 300, 18, R, childcare=True),
    InventedEdition("repaso-seguridad", "madre-de-dios", 250, 18, G),
    InventedEdition("seguridad-pallaqueo", "sur-medio", 210, 20, G),
    InventedEdition("liderazgo-2", "puno", 160, 16, G, childcare=True),
    InventedEdition("cuentas-claras", "arequipa", 120, 12, R),
    InventedEdition("repaso-seguridad", "puno", 75, 16, G),
    InventedEdition("seguridad-pallaqueo", "arequipa", 30, 18, G),
    InventedEdition("sin-mercurio", "madre-de-dios", 34, 11, G, seats=20, step=7, childcare=True),
    InventedEdition("emprende-joven", "madre-de-dios", 6, 16, G, Audience.YOUTH),
    InventedEdition("liderazgo-1", "sur-medio", -12, 14, G, seats=16, outcome="open"),
    InventedEdition("primeros-auxilios", "arequipa", -26, 9, R, seats=20, outcome="open"),
    InventedEdition("repaso-seguridad", "arequipa", -60, 0, G, outcome="planned"),
)

MANUAL = (
    (
        "Polvo", "El polvo de la piedra entra al pecho y se queda. No se ve, y enferma con "
        "los años.",
        "Moja la piedra antes de golpear\nCúbrete nariz y boca con mascarilla\n"
        "Trabaja con el viento a tu espalda",
        "Soplar o barrer en seco\nComer donde se chanca",
    ),
    (
        "Carga y postura", "La espalda se cuida todos los días. Lo que hoy no duele, duele mañana.",
        "Dobla las rodillas al levantar\nReparte la carga en dos viajes\nDescansa cada hora",
        "Levantar sola más de lo que puedes\nGirar el cuerpo con la carga encima",
    ),
    (
        "Caída de rocas", "En el botadero la piedra se mueve. Mira siempre hacia arriba.",
        "Usa casco\nPregunta antes de entrar al botadero\nTen una salida a la vista",
        "Trabajar bajo una pared suelta\nEntrar cuando la máquina descarga",
    ),
    (
        "Mercurio", "El mercurio enferma a quien lo toca, a quien lo respira y al niño por nacer.",
        "Aléjate cuando alguien quema\nLávate antes de comer\nGuarda la ropa de trabajo aparte",
        "Quemar dentro de casa\nTocarlo con las manos\nTenerlo cerca de niños",
    ),
)  # fmt: skip
