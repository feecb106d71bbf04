"""E-mails of accounts, in plain Spanish, sent after the change they tell is committed."""

import logging
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from members.models import User

logger = logging.getLogger(__name__)


def send_invitation(*, user: User, address: str) -> bool:
    """Whether it left. The address holds the token, so it is never logged."""
    with translation.override(user.language):
        context = {"account": user, "address": address, "site_name": settings.SITE_NAME}
        text = render_to_string("account/email/invitation_message.txt", context)
        subject = _("Tu cuenta en el portal de la red")
    try:
        return send_mail(subject, text, None, [user.email or ""]) == 1
    except (OSError, SMTPException):
        logger.exception("Could not send the invitation of account %s", user.pk)
        return False
