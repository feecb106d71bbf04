"""The pages and the task that fail, before the portal's own addresses."""

from collections.abc import Iterator

from celery import shared_task
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt

from tests.serve.raising import TOLD


@csrf_exempt
def at_once(request: HttpRequest) -> HttpResponse:
    raise ValueError(f"No se pudo con {TOLD} en {request.get_full_path()}")


@csrf_exempt
def halfway(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(_blocks())


def _blocks() -> Iterator[bytes]:
    yield b"x"
    raise ValueError(TOLD)


@shared_task(name="tests.raising")
def task(said: str) -> None:
    raise ValueError(said)


urlpatterns = [
    re_path(r"^importar/.*$", halfway),
    re_path(r"^(?:mi|ingresar|personas)/.*$", at_once),
    path("", include("network.urls")),
]
