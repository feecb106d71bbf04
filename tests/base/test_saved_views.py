"""Saved views: tabs of her own, under names of her own."""

import pytest
from django.test import Client

from network.base.models import SavedView
from network.base.saved import MOST_VIEWS
from tests.factories.accounts import sign_in

pytestmark = pytest.mark.django_db

NEW = "/vistas/nueva/?lista=people&consulta=trabajo%3Djeweller%26q%3D40881412%26despues%3Dx"


@pytest.fixture
def browser(client, coordinator):
    return sign_in(client, coordinator)


@pytest.fixture
def view(coordinator) -> SavedView:
    return SavedView.objects.create(
        owner=coordinator, listing="people", name="Joyeras", query="trabajo=jeweller"
    )


def test_view_keeps_its_filters_and_not_what_was_searched(browser, coordinator):
    answer = browser.post(NEW, {"name": "Joyeras"})

    kept = SavedView.objects.get()
    assert (kept.owner, kept.listing, kept.name) == (coordinator, "people", "Joyeras")
    assert kept.query == "trabajo=jeweller"
    assert answer.url == "/personas/?trabajo=jeweller"


def test_name_is_asked_for_and_not_used_twice(browser, view):
    blank = browser.post(NEW, {"name": ""})
    twice = browser.post(NEW, {"name": "Joyeras"})

    assert "Escribe un nombre" in blank.content.decode()
    assert "Ya tienes una vista con ese nombre." in twice.content.decode()
    assert SavedView.objects.count() == 1


def test_tabs_are_as_many_as_fit(browser, coordinator):
    for number in range(MOST_VIEWS):
        SavedView.objects.create(owner=coordinator, listing="people", name=str(number), query="")

    answer = browser.post(NEW, {"name": "Una más"})

    assert "Borra alguna" in answer.content.decode()
    assert SavedView.objects.count() == MOST_VIEWS


def test_view_is_renamed(browser, view):
    answer = browser.post(f"/vistas/{view.pk}/", {"name": "Joyeras de Puno"})

    view.refresh_from_db()
    assert view.name == "Joyeras de Puno"
    assert answer.url == "/personas/?trabajo=jeweller"


def test_view_is_not_renamed_to_a_name_in_use(browser, view, coordinator):
    SavedView.objects.create(owner=coordinator, listing="people", name="Otra", query="")

    answer = browser.post(f"/vistas/{view.pk}/", {"name": "Otra"})

    assert "Ya tienes una vista con ese nombre." in answer.content.decode()
    view.refresh_from_db()
    assert view.name == "Joyeras"


def test_deleted_view_leaves_the_list_as_it_was(browser, view):
    answer = browser.post(f"/vistas/{view.pk}/", {"act": "delete"})

    assert SavedView.objects.count() == 0
    assert answer.url == "/personas/?trabajo=jeweller"


def test_refusals(view, national, browser, make_account):
    other = sign_in(Client(), national)

    assert other.get(f"/vistas/{view.pk}/").status_code == 404
    assert other.post(f"/vistas/{view.pk}/", {"act": "delete"}).status_code == 404
    assert Client().get(NEW).status_code == 302
    assert browser.get("/vistas/nueva/?lista=nothing").status_code == 404
    assert sign_in(Client(), make_account("auditor")).get(NEW).status_code == 403
    assert browser.put(f"/vistas/{view.pk}/").status_code == 405
    assert SavedView.objects.count() == 1
