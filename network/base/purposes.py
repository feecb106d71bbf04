"""What a file with personal data may be for: a short list, and her own words beside it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class FilePurpose(models.TextChoices):
    MEMBER_LIST = "member_list", _("Padrón o asamblea de la organización")
    TRAINING = "training", _("Preparar una capacitación")
    CONTACT = "contact", _("Llamar o visitar a las socias")
    AUTHORITY = "authority", _("Trámite ante una autoridad")
    DONOR_REPORT = "donor_report", _("Informe a donantes")
    CORRECTION = "correction", _("Corregir la lista y volver a importarla")
    OTHER = "other", _("Otra cosa")
