"""Rows that belong to no app: traces of access, background jobs, saved views, import batches."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from network.base.ids import new_id


class AccessLogEntry(models.Model):
    """One look at, search by, export or download of personal data. Append-only for the portal."""

    class Action(models.TextChoices):
        REVEAL = "reveal", _("Vio un dato reservado")
        SEARCH = "search", _("Buscó por documento o teléfono")
        EXPORT = "export", _("Exportó")
        DOWNLOAD = "download", _("Descargó un archivo")
        VIEW = "view", _("Abrió una ficha")
        IMPORT = "import", _("Importó")
        ACCOUNT = "account", _("Cambió una cuenta o un permiso")
        ERASE = "erase", _("Borró datos para siempre")

    at = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    action = models.CharField(max_length=12, choices=Action)
    subject = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40, blank=True)
    field = models.CharField(max_length=40, blank=True)
    filters = models.JSONField(default=dict)
    row_count = models.PositiveIntegerField(null=True)
    purpose = models.CharField(max_length=300, blank=True)
    channel = models.CharField(max_length=10, default="web")

    class Meta:
        verbose_name = _("registro de acceso")
        indexes = [
            models.Index(fields=["-at", "-id"], name="accesslog_at"),
            models.Index(fields=["subject", "subject_id", "-at"], name="accesslog_subject"),
            models.Index(fields=["user", "-at"], name="accesslog_user"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject} {self.subject_id}"


class Job(models.Model):
    """Work too long for a request: PostgreSQL holds it, Celery hurries it, a sweep restarts it."""

    class State(models.TextChoices):
        QUEUED = "queued", _("En espera")
        RUNNING = "running", _("En marcha")
        READY = "ready", _("Listo")
        FAILED = "failed", _("No se pudo")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=200)
    params = models.JSONField(default=dict)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="jobs"
    )
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    result = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    progressed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("trabajo")
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="job_owner"),
            models.Index(
                fields=["progressed_at"],
                condition=Q(state__in=["queued", "running"]),
                name="job_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class SavedView(models.Model):
    """A list with its filters, kept under a name by one person: a tab above the list."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    listing = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("vista guardada")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "listing", "name"],
                name="base_savedview_name",
                violation_error_message=_("Ya tienes una vista con ese nombre."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class ImportBatch(models.Model):
    """One file that was committed. What it did is in `ImportedRow`, so it can be undone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    file_sha256 = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    counts = models.JSONField(default=dict)
    committed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    committed_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    kept = models.JSONField(default=list)

    class Meta:
        verbose_name = _("importación")
        indexes = [models.Index(fields=["-committed_at"], name="importbatch_at")]

    def __str__(self) -> str:
        return self.file_name


class ImportedRow(models.Model):
    """A row that an import wrote: created, or updated with the values it had before."""

    batch = models.ForeignKey(
        ImportBatch, on_delete=models.CASCADE, related_name="rows", db_index=False
    )
    line = models.PositiveIntegerField()
    table = models.CharField(max_length=60)
    row_id = models.UUIDField()
    created = models.BooleanField()
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("fila importada")
        indexes = [models.Index(fields=["batch", "table"], name="importedrow_batch")]

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"


class ImportMapping(models.Model):
    """Which heading means which column, as someone corrected it for one import: remembered.

    For the organisation of whoever corrected it, so that all who bring its workbook profit; for the
    account alone (`organisation_id` empty) when that serves several or none.
    """

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="import_mappings"
    )
    organisation_id = models.UUIDField(null=True)
    name = models.CharField(max_length=40)
    headings = ArrayField(models.CharField(max_length=120))
    mapping = models.JSONField(default=dict)
    used_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("correspondencia de columnas")
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name", "headings"],
                condition=Q(organisation_id=None),
                name="base_importmapping_headings",
            ),
            models.UniqueConstraint(
                fields=["organisation_id", "name", "headings"],
                condition=Q(organisation_id__isnull=False),
                name="base_importmapping_organisation",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class SealKey(models.Model):
    """A key that sealed stored data, with a proof made by it. Written by `network.base.keyring`."""

    kid = models.CharField(max_length=8, primary_key=True)
    proof = models.BinaryField()
    registered_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("clave de cifrado")

    def __str__(self) -> str:
        return self.kid
