from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.forms import formset_factory
from django.template import Context, Template, TemplateSyntaxError
from django.test import RequestFactory
from django.utils import translation

from network.base import access, nav
from network.base.context import portal
from network.base.figures import PublicCount, suppress
from network.base.forms import PortalForm
from network.base.nav import NavItem
from network.base.templatetags import ui
from network.base.tiles import TILES, bands, tiles


def render(source, **context):
    return Template(source).render(Context(context))


class NameForm(PortalForm):
    name = forms.CharField(label="Nombres")
    languages = forms.MultipleChoiceField(
        label="Lenguas", widget=forms.CheckboxSelectMultiple, choices=[("es", "Castellano")]
    )


class StrictForm(NameForm):
    def clean(self):
        raise forms.ValidationError("No cuadra con la lista.")


@dataclass
class Someone:
    """A signed-in account that may do what it is given."""

    may: frozenset[str]
    is_authenticated: bool = True
    is_active: bool = True


@pytest.fixture
def policy(monkeypatch):
    monkeypatch.setattr(
        access, "_policy", lambda: lambda user, permission, obj=None: permission in user.may
    )


def test_a_sign_without_label_is_only_decoration():
    assert 'aria-hidden="true"' in ui.icon("check")
    assert 'icons.svg#check"' in ui.icon("check")
    assert 'role="img" aria-label="Cerrado"' in ui.icon("lock", "Cerrado")


def test_a_label_cannot_break_out_of_its_attribute():
    assert "<b>" not in ui.icon("lock", '"><b>')
    assert "<b>" not in ui.pill("done", "<b>")


@pytest.mark.parametrize("state", ["done", "current", "late", "ours", "none"])
def test_every_state_is_a_sign_and_a_word(state):
    html = ui.pill(state, "Palabra")

    assert f'data-state="{state}"' in html
    assert "<use href=" in html
    assert "Palabra</span>" in html


def test_the_summary_repeats_the_words_of_the_fields_and_links_to_them():
    html = render("{% error_summary form %}", form=NameForm({}))

    assert "Hay 2 problemas" in html
    assert '<a class="error-summary__link" href="#id_name">Falta «Nombres».</a>' in html
    assert '<a class="error-summary__link" href="#id_languages_0">Elige «Lenguas».</a>' in html


def test_the_summary_of_a_formset_names_the_row_and_the_whole():
    formset = formset_factory(NameForm, max_num=1, validate_max=True)(
        {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-1-name": "Delfina"}
    )

    html = render("{% error_summary formset %}", formset=formset)

    assert 'Fila 2: <a class="error-summary__link" href="#id_form-1-languages_0">' in html
    assert "1" in formset.non_form_errors()[0]
    assert formset.non_form_errors()[0] in html


def test_an_error_of_the_whole_form_is_told_without_a_link():
    form = StrictForm({"name": "Delfina", "languages": ["es"]})

    assert "<li>No cuadra con la lista.</li>" in render("{% error_summary form %}", form=form)


@pytest.mark.parametrize("form", [NameForm(), NameForm({"name": "Ana", "languages": ["es"]})])
def test_a_form_without_errors_has_no_summary(form):
    assert render("{% error_summary form %}", form=form).strip() == ""


@pytest.mark.parametrize(
    ("form", "prefix"),
    [
        (NameForm(), ""),
        (NameForm({"name": "Ana", "languages": ["es"]}), ""),
        (NameForm({}), "Error: "),
        (formset_factory(NameForm)({"form-TOTAL_FORMS": "x"}), "Error: "),
    ],
)
def test_the_title_says_when_a_form_was_refused(form, prefix):
    assert render("{% error_prefix %}", any_name=form) == prefix


def test_if_can_shows_what_the_policy_allows(policy):
    source = '{% if_can "person_edit" row %}sí{% else %}no{% endif_can %}'

    assert render(source, user=Someone(frozenset({"person_edit"})), row=1) == "sí"
    assert render(source, user=Someone(frozenset()), row=1) == "no"
    assert render(source, user=AnonymousUser(), row=1) == "no"
    assert render(source) == "no"


@pytest.mark.parametrize("words", ["", '"a" b c'])
def test_if_can_takes_a_permission_and_at_most_one_row(words):
    with pytest.raises(TemplateSyntaxError):
        Template(f"{{% if_can {words} %}}{{% endif_can %}}")


def test_qs_keeps_the_filters_changes_one_and_starts_paging_again():
    request = RequestFactory().get("/personas/?red=mdd&q=ana&despues=77")

    assert render("{% qs q='rosa' %}", request=request) == "?red=mdd&amp;q=rosa"
    assert render("{% qs red=None %}", request=request) == "?q=ana"


def test_numbers_are_written_with_commas_and_a_point():
    assert render("{{ n|number:2 }}", n=1234.5) == "1,234.50"
    assert render("{{ n|number }}", n=249000) == "249,000"
    assert render("{{ n|number }}", n=None) == "—"
    assert render("{{ n|number }}", n=0) == "0"
    assert render("{{ n|number }}", n="4 de 9") == "4 de 9"


def test_a_masked_number_shows_its_tail_and_says_what_it_is():
    html = ui.masked_tail("412")

    assert "•••••" in html
    assert '<span class="visually-hidden">termina en </span>412' in html
    assert "sin documento" in ui.masked_tail("", "sin documento")


def test_a_notice_can_be_undone_by_a_post():
    html = render("{% include 'ui/notice.html' with tone='ok' undo='/u/' %}", text="<i>")

    assert 'method="post" action="/u/"' in html
    assert "&lt;i&gt;" in html


def test_a_pager_draws_only_the_addresses_there_are():
    listing = SimpleNamespace(summary="1 a 50 de 80", next_url="?despues=50")

    html = render("{% pager listing %}", listing=listing)

    assert 'href="?despues=50" rel="next"' in html
    assert "Anterior" not in html


def test_the_menu_shows_what_she_may_open_and_marks_where_she_is(policy, monkeypatch):
    declared = {
        "late": NavItem("Aviso", "robots", "a", order=2),
        "early": NavItem("Muestrario", "components", "a", order=1),
        "hidden": NavItem("Otro", "landing", "b"),
    }
    monkeypatch.setattr(nav, "declared", lambda kind: declared)
    request = RequestFactory().get("/ui/algo/")
    request.user = Someone(frozenset({"a"}))

    links = nav.visible_nav(request)

    assert [(link.label, link.is_current) for link in links] == [
        ("Muestrario", True),
        ("Aviso", False),
    ]


def test_the_menu_folds_what_is_rare_unless_it_is_one_alone():
    inicio, juntas, cuentas = (
        nav.NavLink("Inicio", "/inicio/", False),
        nav.NavLink("Juntas", "/juntas/", True, is_rare=True),
        nav.NavLink("Cuentas", "/cuentas/", False, is_rare=True),
    )

    both, alone = nav.menu_of([inicio, juntas, cuentas]), nav.menu_of([inicio, cuentas])

    assert (both.row, both.folded, both.is_current_folded) == ((inicio,), (juntas, cuentas), True)
    assert (alone.row, alone.folded, alone.is_current_folded) == ((inicio, cuentas), (), False)


def test_a_page_that_fails_before_sign_in_still_has_its_frame():
    frame = portal(RequestFactory().get("/"))

    assert frame["signed_in"] is None
    assert frame["home_url"] == "/"
    assert frame["frame"]().links == ()


def test_cells_of_one_to_four_are_withheld():
    counts = suppress({"21": 148, "08": 3, "11": 4, "24": 0})

    assert counts["21"] == PublicCount(148)
    assert counts["08"] == counts["11"] == PublicCount(None, is_few=True)
    assert counts["24"] == PublicCount(0)


def test_a_single_small_cell_takes_the_next_one_with_it():
    counts = suppress({"21": 148, "03": 11, "08": 3})

    assert counts["03"] == PublicCount(None)
    assert counts["08"] == PublicCount(None, is_few=True)
    assert counts["21"] == PublicCount(148)


@pytest.mark.parametrize("greatest", [0, 148, 240, 1_000_000])
def test_the_last_band_of_the_map_holds_the_greatest_count(greatest):
    scale = bands(greatest)

    assert [band.step for band in scale] == [1, 2, 3, 4, 5]
    assert all(a.most + 1 == b.least for a, b in zip(scale, scale[1:], strict=False))
    assert greatest < scale[-1].least * 2


def test_the_map_draws_25_squares_and_never_a_withheld_number():
    drawn, _legend = tiles(suppress({"21": 148, "08": 3}))
    html = render("{% tile_map counts 'Mujeres' %}", counts=suppress({"21": 148, "08": 3}))

    assert {tile.code for tile in drawn} == set(TILES)
    assert len({(tile.x, tile.y) for tile in drawn}) == 25
    assert "<title>Cusco: menos de 5</title>" in html
    assert "<title>Puno: no se publica</title>" in html
    assert ">148<" not in html
    assert ">3<" not in html


def test_what_is_kept_is_drawn_once_for_each_value():
    source = Template("{% kept who %}{{ who }}{% endkept %}")

    drawn = [source.render(Context({"who": who})) for who in ("Ana", "Zoila", "Ana", "<b>")]

    assert drawn == ["Ana", "Zoila", "Ana", "&lt;b&gt;"]


def test_what_is_kept_sees_nothing_else_of_the_page():
    source = Template("{% kept who %}{{ who }}{{ secret }}{{ request }}{% endkept %}{{ secret }}")

    assert source.render(Context({"who": "Ana", "secret": "uno"})) == "Anauno"
    assert source.render(Context({"who": "Ana", "secret": "dos"})) == "Anados"


def test_what_is_kept_speaks_the_language_of_the_page():
    source = Template('{% kept %}{% translate "Salir" %}{% endkept %}')

    with translation.override("en"):
        english = source.render(Context())

    assert (source.render(Context()), english) == ("Salir", "Sign out")


def test_what_is_kept_does_not_grow_without_end(monkeypatch):
    monkeypatch.setattr(ui.KeptNode, "MOST", 2)
    source = Template("{% kept who %}{{ who }}{% endkept %}")

    assert [source.render(Context({"who": n})) for n in range(9)] == [str(n) for n in range(9)]
    assert len(source.nodelist[0].drawn) <= 2
