import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import network.base.ids


class Migration(migrations.Migration):
    """Exempt organisations carry their reason; a rule under which something was completed stays."""

    dependencies = [
        ("members", "0002_initial"),
        ("pghistory", "0007_auto_20250421_0444"),
        ("trainings", "0002_attendance_edition"),
    ]

    operations = [
        migrations.CreateModel(
            name="Exemption",
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
                ("reason", models.CharField(max_length=200, verbose_name="por qué no se le pide")),
            ],
            options={
                "verbose_name": "organización a la que no se pide",
                "verbose_name_plural": "organizaciones a las que no se pide",
            },
        ),
        migrations.CreateModel(
            name="ExemptionEvent",
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
                ("reason", models.CharField(max_length=200, verbose_name="por qué no se le pide")),
            ],
            options={
                "abstract": False,
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="courseversion",
            trigger=pgtrigger.compiler.Trigger(
                name="rule_is_frozen",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."course_id" IS DISTINCT FROM (NEW."course_id") OR OLD."hours" IS DISTINCT FROM (NEW."hours") OR OLD."minimum_share" IS DISTINCT FROM (NEW."minimum_share") OR OLD."needs_test" IS DISTINCT FROM (NEW."needs_test") OR OLD."number" IS DISTINCT FROM (NEW."number") OR OLD."pass_mark" IS DISTINCT FROM (NEW."pass_mark") OR OLD."refresh_window_days" IS DISTINCT FROM (NEW."refresh_window_days") OR OLD."season_day" IS DISTINCT FROM (NEW."season_day") OR OLD."season_least_months" IS DISTINCT FROM (NEW."season_least_months") OR OLD."season_month" IS DISTINCT FROM (NEW."season_month") OR OLD."valid_months" IS DISTINCT FROM (NEW."valid_months") OR OLD."validity" IS DISTINCT FROM (NEW."validity"))',
                    func="PERFORM 1 FROM trainings_courseversion WHERE id = OLD.id FOR UPDATE; IF EXISTS (SELECT FROM trainings_completion WHERE version_id = OLD.id) THEN RAISE EXCEPTION 'something was completed under this version' USING ERRCODE = '23514', CONSTRAINT = 'trainings_courseversion_frozen'; END IF; RETURN NEW;",
                    hash="85403aa6126cc43b618113cae29b56147a6a70e5",
                    operation="UPDATE",
                    pgid="pgtrigger_rule_is_frozen_d2e5f",
                    table="trainings_courseversion",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="exemption",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="members.organisation",
                verbose_name="organización",
            ),
        ),
        migrations.AddField(
            model_name="exemption",
            name="requirement",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="exemptions",
                to="trainings.requirement",
            ),
        ),
        migrations.RemoveField(model_name="requirement", name="exempt_organisations"),
        migrations.AddField(
            model_name="requirement",
            name="exempt_organisations",
            field=models.ManyToManyField(
                related_name="+",
                through="trainings.Exemption",
                to="members.organisation",
                verbose_name="no se pide en",
            ),
        ),
        migrations.AddField(
            model_name="exemptionevent",
            name="organisation",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="members.organisation",
                verbose_name="organización",
            ),
        ),
        migrations.AddField(
            model_name="exemptionevent",
            name="pgh_context",
            field=models.ForeignKey(
                db_constraint=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="pghistory.context",
            ),
        ),
        migrations.AddField(
            model_name="exemptionevent",
            name="pgh_obj",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="events",
                to="trainings.exemption",
            ),
        ),
        migrations.AddField(
            model_name="exemptionevent",
            name="requirement",
            field=models.ForeignKey(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                related_query_name="+",
                to="trainings.requirement",
            ),
        ),
        migrations.AddConstraint(
            model_name="exemption",
            constraint=models.UniqueConstraint(
                fields=("requirement", "organisation"),
                name="trainings_exemption_once",
                violation_error_message="A esa organización ya no se le pide.",
            ),
        ),
        migrations.AddConstraint(
            model_name="exemption",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True),
                name="trainings_exemption_reason",
                violation_error_message="Escribe por qué no se le pide.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="exemption",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "trainings_exemptionevent" ("id", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requirement_id") SELECT new_values."id", new_values."organisation_id", _pgh_attached_context.value, NOW(), \'insert\', new_values."id", new_values."reason", new_values."requirement_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="8f11be12aa3ed8df8f8a54e4eca204bd497a245a",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_7859e",
                    referencing="REFERENCING NEW TABLE AS new_values ",
                    table="trainings_exemption",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="exemption",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "trainings_exemptionevent" ("id", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requirement_id") SELECT new_values."id", new_values."organisation_id", _pgh_attached_context.value, NOW(), \'update\', new_values."id", new_values."reason", new_values."requirement_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values.* IS DISTINCT FROM new_values.*) ) AS new_values, _pgh_attached_context; RETURN NULL;',
                    hash="7c6b0e176bf89a8f47f39d901fa6dad2b9add5ad",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_2db5a",
                    referencing="REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ",
                    table="trainings_exemption",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="exemption",
            trigger=pgtrigger.compiler.Trigger(
                name="delete_delete",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "trainings_exemptionevent" ("id", "organisation_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "requirement_id") SELECT old_values."id", old_values."organisation_id", _pgh_attached_context.value, NOW(), \'delete\', old_values."id", old_values."reason", old_values."requirement_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;',
                    hash="e319ead76de1cda3f6c1b9b3895b39e01b7205d9",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_delete_delete_2c718",
                    referencing="REFERENCING OLD TABLE AS old_values ",
                    table="trainings_exemption",
                    when="AFTER",
                ),
            ),
        ),
    ]
