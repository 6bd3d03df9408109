"""An app's first migration makes its tables at once: the same tables as one by one."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from members.tables import MakeTables

OPERATIONS = [
    migrations.CreateModel("Shelf", [("id", models.BigAutoField(primary_key=True))]),
    migrations.CreateModel(
        "Jar",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("size", models.IntegerField()),
        ],
    ),
    migrations.AddField("jar", "shelf", models.ForeignKey("pantry.Shelf", models.PROTECT)),
    migrations.AddField("shelf", "labels", models.ManyToManyField("pantry.Jar", related_name="+")),
    migrations.AddIndex("jar", models.Index(fields=["size"], name="jar_size")),
    migrations.AddConstraint(
        "jar", models.CheckConstraint(condition=models.Q(size__gt=0), name="jar_has_room")
    ),
]
PARTS = """
SELECT c.conname, pg_get_constraintdef(c.oid) FROM pg_constraint c
WHERE c.conrelid::regclass::text LIKE 'pantry%' AND c.contype <> 'n'
UNION ALL SELECT indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'pantry%'
UNION ALL SELECT table_name || '.' || column_name, data_type || is_nullable
FROM information_schema.columns WHERE table_name LIKE 'pantry%'
ORDER BY 1, 2
"""


def _made(operations):
    """What the database then has, and what Django believes that it has."""
    state = ProjectState()
    with connection.schema_editor() as editor:
        for operation in operations:
            before = state.clone()
            operation.state_forwards("pantry", state)
            operation.database_forwards("pantry", editor, before, state)
    with connection.cursor() as cursor:
        cursor.execute(PARTS)
        return cursor.fetchall(), state


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("as_owner")
def test_tables_made_at_once_are_those_made_one_by_one():
    one_by_one, told = _made(OPERATIONS)
    with connection.schema_editor() as editor:
        MakeTables(OPERATIONS).database_backwards("pantry", editor, told, ProjectState())
    at_once, known = _made([MakeTables(OPERATIONS)])
    with connection.schema_editor() as editor:
        MakeTables(OPERATIONS).database_backwards("pantry", editor, known, ProjectState())

    assert at_once == one_by_one
    assert "jar_has_room" in dict(at_once)
    assert known == told


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RunSQL("SELECT 1"),
        migrations.RemoveField("jar", "size"),
        migrations.AddField("lid", "size", models.IntegerField()),
    ],
    ids=["sql", "removal", "other table"],
)
def test_nothing_but_tables_and_their_parts_is_made_at_once(operation):
    with pytest.raises(TypeError, match="can't be done while tables are made"):
        MakeTables([*OPERATIONS, operation]).state_forwards("pantry", ProjectState())
