"""What a name looks like to the search: plain letters, lower case, no punctuation.

Both extensions are trusted ones: whoever may create in the database may add them, no superuser is needed.
The function's body is stored parsed (Postgres 14 and up), so that a restored dump finds `unaccent` wherever it
lives. `unaccent` is only called stable because its rules could be edited; nobody edits them, so generated
columns may rest on it.
"""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

# These part a name into words.
_PARTS = r"-‐‑–—_.,;:/\+&@#*()[]“”«»!?" + '"'
# These stand inside a word and vanish: O'Connor, O’Connor.
_VANISHES = "''’‘ʼ`´"

CREATE = f"""
    CREATE FUNCTION searchable(said text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ' ' || translate(
        lower(unaccent('unaccent'::regdictionary, normalize(said))), '{_PARTS}{_VANISHES}', '{" " * len(_PARTS)}'
    )
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        migrations.RunSQL(CREATE, "DROP FUNCTION searchable(text)"),
    ]
