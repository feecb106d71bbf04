"""Reading a page as a person does."""

import re

from django.http import HttpResponse


def text_of(response: HttpResponse) -> str:
    """What is read on the page, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())
