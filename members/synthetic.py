"""Invented people and organisations: names that sound right, numbers that nobody holds.

DNI numbers begin with 98 or 99 (not issued so far), RUC numbers with 2099. `series` keeps the
demonstration network (0) apart from a populated registry (1).
"""

from random import Random

from stdnum.pe import ruc as ruc_rule

GIVEN_NAMES = (
    "Adelaida Agripina Alejandrina Amparo Aurelia Bernardina Casimira Catalina Celestina Cirila "
    "Clotilde Delfina Demetria Dominga Edelmira Eufemia Eulalia Evangelina Felícitas Filomena "
    "Flora Fortunata Genoveva Graciela Griselda Guillermina Hermelinda Hilaria Honorata Inocencia "
    "Irma Isidora Jesusa Justina Leonor Lidia Lucila Luzmila Marcelina Margarita Martina Maruja "
    "Maximiliana Melania Mercedes Natividad Nélida Nicolasa Nieves Noemí Octavia Olinda Otilia "
    "Pascuala Paulina Petronila Primitiva Quintina Reynalda Rosalía Rosaura Rufina Sabina Santosa "
    "Saturnina Segundina Serafina Silveria Sixta Sonia Teodora Teófila Tomasa Úrsula Valentina "
    "Vicentina Victoria Virginia Wilma Yanet Yolanda Zenobia Zoraida"
).split()
SURNAMES = (
    "Álvarez Apaza Arce Ayala Calcina Calla Callata Ccopa Ccori Cáceres Chambi Checa Choque "
    "Choquehuanca Chuquimia Coaquira Colque Condori Cornejo Cusi Cutipa Flores Gutiérrez Hancco "
    "Huacasi Huahuasonco Huamán Huanca Huaraca Huarcaya Huayta Inofuente Jara Larico Larota Lipa "
    "Llamocca Luque Mamani Mayta Mendoza Mollo Ñahui Ñaupa Núñez Ochochoque Paccori Pacompia "
    "Pari Paredes Paucar Peralta Pfuño Poma Puma Quenaya Quilla Quispe Ramos Rojas Sacsi Salas "
    "Sarmiento Soncco Soto Sucasaca Sullca Supo Taipe Ticona Tito Tuero Turpo Vargas Vilca "
    "Yana Yucra Yupanqui Zapana Zegarra"
).split()
OCCUPATIONS = ("pallaquera",) * 5 + ("miner",) * 3 + ("alluvial", "plant_worker", "trader", "cook")


def dni(number: int, *, series: int) -> str:
    return f"{98 + series}{number:06d}"


def phone(number: int, *, series: int) -> str:
    return f"+519{series}{number:07d}"


def ruc(number: int) -> str:
    stem = f"2099{number:06d}"
    return stem + ruc_rule.calc_check_digit(stem)


def names(rng: Random) -> tuple[str, str, str]:
    """Given names, paternal and maternal surname: now and then two given names, or one surname."""
    given = rng.choice(GIVEN_NAMES)
    if rng.random() < 0.3:
        given = f"{given} {rng.choice(GIVEN_NAMES)}"
    maternal = rng.choice(SURNAMES) if rng.random() < 0.96 else ""
    return given, rng.choice(SURNAMES), maternal
