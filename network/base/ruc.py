"""How a RUC, the number of a taxpayer, is read: of a woman's organisation as of an institution."""

import re

from django.utils.translation import gettext as _
from stdnum.pe import ruc

from network.base.errors import Refused

RUC_PREFIXES = ("10", "15", "16", "17", "20")


def read_ruc(text: str) -> str:
    number = re.sub(r"[\s.\-]", "", text)
    if not re.fullmatch(r"[0-9]{11}", number):
        raise Refused(
            _("El RUC tiene 11 números. Este tiene %(count)s.")
            % {"count": sum(char.isdigit() for char in number)}
        )
    if not number.startswith(RUC_PREFIXES):
        raise Refused(_("El RUC empieza con 10, 15, 16, 17 o 20."))
    if ruc.calc_check_digit(number) != number[10]:
        raise Refused(_("Ese RUC no existe: el último número no corresponde. Revísalo."))
    return number
