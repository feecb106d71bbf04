"""The request as a view meets it behind `@requires`: someone is signed in."""

from django.http import HttpRequest

from members.models import User


class SignedInRequest(HttpRequest):
    user: User
