import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import network.base.ids
import network.base.text


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0003_erase_history"),
        ("members", "0003_erase_history"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("trainings", "0003_coverage_triggers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CourseAlias",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=network.base.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="también escrito")),
                (
                    "confirmed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "name_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=network.base.text.Fold("name"),
                        output_field=models.TextField(),
                    ),
                ),
            ],
            options={
                "verbose_name": "otro nombre de un curso",
                "verbose_name_plural": "otros nombres de los cursos",
            },
        ),
        migrations.CreateModel(
            name="CourseAliasEvent",
            fields=[
                ("pgh_id", models.AutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField(auto_now_add=True)),
                ("pgh_label", models.TextField(help_text="The event label.")),
                (
                    "id",
                    models.UUIDField(
                        default=network.base.ids.new_id, editable=False, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="también escrito")),
                (
                    "confirmed_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="completion",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="completion",
            name="update_update",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="completion",
            name="delete_delete",
        ),
        migrations.AddField(
            model_name="completion",
            name="source_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "No se dice"),
                    ("minutes", "Cuaderno de actas"),
                    ("list", "Lista de asistencia"),
                    ("certificate", "Copia de una constancia"),
                    ("report", "Informe de un programa"),
                    ("word", "Lo dijo ella"),
                    ("other", "Otra fuente"),
                ],
                db_default="",
                max_length=12,
                verbose_name="tipo de fuente",
            ),
        ),
        migrations.AddField(
            model_name="completion",
            name="taught_by",
            field=models.CharField(
                blank=True, db_default="", max_length=160, verbose_name="quién dictó"
            ),
        ),
        migrations.AddField(
            model_name="completionevent",
            name="source_kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "No se dice"),
                    ("minutes", "Cuaderno de actas"),
                    ("list", "Lista de asistencia"),
                    ("certificate", "Copia de una constancia"),
                    ("report", "Informe de un programa"),
                    ("word", "Lo dijo ella"),
                    ("other", "Otra fuente"),
                ],
                db_default="",
                max_length=12,
                verbose_name="tipo de fuente",
            ),
        ),
        migrations.AddField(
            model_name="completionevent",
            name="taught_by",
            field=models.CharField(
                blank=True, db_default="", max_length=160, verbose_name="quién dictó"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="certificate",
            trigger=pgtrigger.compiler.Trigger(
                name="proved",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="IF NOT (SELECT is_verified FROM trainings_completion WHERE id = NEW.completion_id) THEN RAISE EXCEPTION 'no certificate without a verified completion' USING ERRCODE = '23514', CONSTRAINT = 'trainings_certificate_proved'; END IF; RETURN NEW;",
                    hash="608403c1110534f7f41daafc25ad781ab70d3bf2",
                    operation="INSERT",
                    pgid="pgtrigger_proved_0de0d",
                    table="trainings_certificate",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="completion",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "trainings_completionevent" ("approved_at", "approved_by_id", "completed_on", "completed_precision", "course_id", "enrolment_id", "evidence_id", "hours", "id", "is_demo", "is_exception", "is_verified", "organisation_id", "origin", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "planned_hours", "reason", "result", "source", "source_kind", "taught_by", "valid_until", "version_id", "void_reason", "voided_at") SELECT new_values."approved_at", new_values."approved_by_id", new_values."completed_on", new_values."completed_precision", new_values."course_id", new_values."enrolment_id", new_values."evidence_id", new_values."hours", new_values."id", new_values."is_demo", new_values."is_exception", new_values."is_verified", new_values."organisation_id", new_values."origin", new_values."person_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."place", new_values."planned_hours", new_values."reason", new_values."result", new_values."source", new_values."source_kind", new_values."taught_by", new_values."valid_until", new_values."version_id", new_values."void_reason", new_values."voided_at" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="028d1e2f8faa0cad93aac221d730c681d367c4f1",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_f8748",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="trainings_completion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="completion",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "trainings_completionevent" ("approved_at", "approved_by_id", "completed_on", "completed_precision", "course_id", "enrolment_id", "evidence_id", "hours", "id", "is_demo", "is_exception", "is_verified", "organisation_id", "origin", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "planned_hours", "reason", "result", "source", "source_kind", "taught_by", "valid_until", "version_id", "void_reason", "voided_at") SELECT new_values."approved_at", new_values."approved_by_id", new_values."completed_on", new_values."completed_precision", new_values."course_id", new_values."enrolment_id", new_values."evidence_id", new_values."hours", new_values."id", new_values."is_demo", new_values."is_exception", new_values."is_verified", new_values."organisation_id", new_values."origin", new_values."person_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."place", new_values."planned_hours", new_values."reason", new_values."result", new_values."source", new_values."source_kind", new_values."taught_by", new_values."valid_until", new_values."version_id", new_values."void_reason", new_values."voided_at" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="aa8c555692a4c529e6ccd693c2b9477fb831cf6e",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_083b9",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="trainings_completion",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="completion",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "trainings_completionevent" ("approved_at", "approved_by_id", "completed_on", "completed_precision", "course_id", "enrolment_id", "evidence_id", "hours", "id", "is_demo", "is_exception", "is_verified", "organisation_id", "origin", "person_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "place", "planned_hours", "reason", "result", "source", "source_kind", "taught_by", "valid_until", "version_id", "void_reason", "voided_at") SELECT old_values."approved_at", old_values."approved_by_id", old_values."completed_on", old_values."completed_precision", old_values."course_id", old_values."enrolment_id", old_values."evidence_id", old_values."hours", old_values."id", old_values."is_demo", old_values."is_exception", old_values."is_verified", old_values."organisation_id", old_values."origin", old_values."person_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."place", old_values."planned_hours", old_values."reason", old_values."result", old_values."source", old_values."source_kind", old_values."taught_by", old_values."valid_until", old_values."version_id", old_values."void_reason", old_values."voided_at" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="54d2fb8767820a6d10224dfcdcc97cc8c33cc5e6",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_046d9",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="trainings_completion",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="completion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("origin", "edition"),
                    models.Q(("enrolment", None), ("version", None)),
                    _connector="OR",
                ),
                name="trainings_completion_paper_rule",
                violation_error_message="Un registro en papel no sigue la regla de una versión.",
            ),
        ),
        migrations.AddConstraint(
            model_name="completion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "source_kind__in",
                        ["", "minutes", "list", "certificate", "report", "word", "other"],
                    )
                ),
                name="trainings_completion_source_kind",
                violation_error_message="Elige el tipo de fuente de la lista.",
            ),
        ),
        migrations.AddField(
            model_name="coursealias",
            name="confirmed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="coursealias",
            name="course",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="aliases",
                to="trainings.course",
            ),
        ),
        migrations.AddField(
            model_name="coursealiasevent",
            name="confirmed_by",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="coursealiasevent",
            name="course",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="trainings.course",
            ),
        ),
        migrations.AddField(
            model_name="coursealiasevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="coursealiasevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="trainings.coursealias",
            ),
        ),
        migrations.AddConstraint(
            model_name="coursealias",
            constraint=models.UniqueConstraint(
                fields=("name_key",),
                name="trainings_coursealias_name",
                violation_error_message="Ese nombre ya es de un curso.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="coursealias",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "trainings_coursealiasevent" ("confirmed_at", "confirmed_by_id", "course_id", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."confirmed_at", new_values."confirmed_by_id", new_values."course_id", new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'insert\', new_values."id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="26ed97d3f547f84742ad578fcded23cc97259521",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_c124f",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="trainings_coursealias",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="coursealias",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "trainings_coursealiasevent" ("confirmed_at", "confirmed_by_id", "course_id", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."confirmed_at", new_values."confirmed_by_id", new_values."course_id", new_values."id", new_values."name", _pgh_attached_context.value, NOW(), \'update\', new_values."id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."confirmed_at" IS DISTINCT FROM (new_values."confirmed_at") OR old_values."confirmed_by_id" IS DISTINCT FROM (new_values."confirmed_by_id") OR old_values."course_id" IS DISTINCT FROM (new_values."course_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."name" IS DISTINCT FROM (new_values."name")) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="ce3ca21b477294200d35a707dc903e06e84f2d33",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_c8cfd",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="trainings_coursealias",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="coursealias",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "trainings_coursealiasevent" ("confirmed_at", "confirmed_by_id", "course_id", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."confirmed_at", old_values."confirmed_by_id", old_values."course_id", old_values."id", old_values."name", _pgh_attached_context.value, NOW(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="5b0542cf1d8f84acfa8153be3c0b188fd7da7d7c",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_d1602",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="trainings_coursealias",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="coursealiasevent",
            index=models.Index(
                condition=models.Q(("course__isnull", False)),
                fields=["course"],
                name="coursealias_course_ev",
            ),
        ),
    ]
