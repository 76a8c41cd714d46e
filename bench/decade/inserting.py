"""Making many rows at once: `INSERT … SELECT` in Postgres, with all triggers and constraints on."""

from django.db import connection, models


def insert(model: type[models.Model], source: str, **values: str) -> None:
    """`INSERT … SELECT`: SQL by column, from `source`; columns that are not named get the model's defaults."""
    columns, parameters = dict(values), []
    for field in model._meta.concrete_fields:
        if field.attname in values or field.generated or isinstance(field, models.AutoField):
            continue
        if getattr(field, "auto_now_add", False):
            columns[field.attname] = "now()"
        elif field.has_default() or not field.null:
            columns[field.attname] = "%s::" + str(field.db_type(connection)).removeprefix("serial")
            parameters.append(field.get_db_prep_save(field.get_default(), connection))
    names = ", ".join(f'"{name}"' for name in columns)
    into = f"INSERT INTO {model._meta.db_table} ({names}) SELECT {', '.join(columns.values())} FROM {source}"
    with connection.cursor() as cursor:
        cursor.execute(into, parameters)
        # Triggers and foreign keys of the tables to come look things up here: they must not read it all each time.
        cursor.execute(f"ANALYZE {model._meta.db_table}")


def key(kind: str, number: str) -> str:
    """The key of a row: the same for the same number."""
    return f"md5('{kind}:' || {number})::uuid"


def one_of(words: str, number: str, between: str = " ") -> str:
    """One of the words, by number."""
    listed = words.split(between)
    quoted = ", ".join("'" + word.replace("'", "''") + "'" for word in listed)
    return f"(ARRAY[{quoted}])[1 + mod({number}, {len(listed)})]"


def numbers(count: int, first: int = 0) -> str:
    """So many numbers, as `n`."""
    return f"generate_series({first}, {first + count - 1}) AS n"
