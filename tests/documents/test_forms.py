import pytest
from django import forms

from network.documents.forms import UploadField
from tests.documents.samples import pdf, upload


class EvidenceForm(forms.Form):
    file = UploadField()


def sent(file):
    return EvidenceForm({}, {"file": file} if file else {})


def test_file_goes_on_to_the_action():
    form = sent(upload(pdf(), "acta.pdf"))

    assert form.is_valid()
    assert form.cleaned_data["file"].name == "acta.pdf"


def test_control_offers_the_files_we_take():
    assert 'accept="image/jpeg,image/png,image/webp,application/pdf"' in str(EvidenceForm()["file"])


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (None, "Elige un archivo."),
        (upload(b"", "acta.pdf"), "El archivo está vacío."),
        ("texto", "No llegó ningún archivo. Vuelve a elegirlo."),
    ],
)
def test_nothing_to_read_is_refused(file, why):
    assert sent(file).errors["file"] == [why]


def test_file_over_the_limit_is_refused_before_it_is_read(settings):
    settings.UPLOAD_MAX_BYTES = 10

    assert sent(upload(pdf())).errors["file"] == [
        "El archivo pesa demasiado: el máximo es 10\xa0bytes."
    ]
