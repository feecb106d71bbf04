from django.db import migrations

COLUMNS = {
    "trainings_attendance_session_edition": ("session_id", "trainings_session"),
    "trainings_attendance_enrolment_edition": ("enrolment_id", "trainings_enrolment"),
}


class Migration(migrations.Migration):
    """A mark's session and enrolment are of one edition: PostgreSQL refuses any other."""

    dependencies = [("trainings", "0001_initial")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE trainings_attendance ADD CONSTRAINT {name}"
            f" FOREIGN KEY ({column}, edition_id) REFERENCES {table} (id, edition_id)"
            " ON DELETE NO ACTION",
            f"ALTER TABLE trainings_attendance DROP CONSTRAINT {name}",
        )
        for name, (column, table) in COLUMNS.items()
    ]
