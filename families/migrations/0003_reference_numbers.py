"""Numbers for the references of families and children, given out by Postgres so that two people adding at
once never get the same one."""

from django.db import migrations


def sequence(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE SEQUENCE {table}_reference",
        f"DROP SEQUENCE {table}_reference",
    )


class Migration(migrations.Migration):
    dependencies = [("families", "0002_family_imports")]
    operations = [sequence("families_family"), sequence("families_child")]
