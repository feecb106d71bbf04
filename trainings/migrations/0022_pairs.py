from django.db import migrations

TABLES = {
    "trainings_edition_course": "trainings_edition",
    "trainings_completion_course": "trainings_completion",
}


class Migration(migrations.Migration):
    """An edition's version, and a completion's, are of its course: PostgreSQL refuses any other."""

    dependencies = [("trainings", "0021_refusals")]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY (version_id, course_id)"
            " REFERENCES trainings_courseversion (id, course_id) ON DELETE NO ACTION",
            f"ALTER TABLE {table} DROP CONSTRAINT {name}",
        )
        for name, table in TABLES.items()
    ]
