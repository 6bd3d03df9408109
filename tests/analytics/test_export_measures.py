"""`manage.py export_measures`: its keys are documented, its mistakes are told."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from analytics.models import KpiDay, StaleMember
from analytics.registry import measures
from analytics.services import member_days
from config.local.product import BASE_DIR
from loyalty.models import Program
from members.models import Dispatch
from tests.analytics.shop import NOW, TODAY, bought
from tests.loyalty import till

pytestmark = pytest.mark.django_db
KEYS = BASE_DIR / "docs/measures-export.md"
MEASURES = BASE_DIR / "docs/algorithms/measures.md"
# Their keys are values: codes of measures, classes, settings, letters.
_OPEN = (
    *("settings", "measures", "rfm.scores.*", "rfm.scores", "rfm.classes_4", "rfm.classes_8"),
    *("rfm.segments_10", "stages", "value_classes", "customer_classes", "health", "sources"),
    "funnels",
)


def export(**options):
    out = StringIO()
    call_command("export_measures", stdout=out, **({"as_of": TODAY.isoformat()} | options))
    return json.loads(out.getvalue())


def documented(file, heading):
    """The first cells of the tables under a heading, without their backticks."""
    part = file.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    cells = [line.split("|")[1].strip() for line in part.splitlines() if line.startswith("| `")]
    return [cell.strip("`") for cell in cells]


def keys(value, at=""):
    """The paths of everything that is no list or object."""
    if isinstance(value, list):
        return {path for one in value for path in keys(one, f"{at}[]")}
    if isinstance(value, dict):
        found = set()
        for key, one in value.items():
            name = "*" if at in _OPEN else key
            found |= keys(one, f"{at}.{name}" if at else name)
        return found
    # A setting may be a list or an object itself.
    return {"settings.*" if at.startswith("settings") else at}


@pytest.fixture
def sold(alice, bob):
    bought(alice, 5_000, day=TODAY)
    order = bought(bob, 7_000, day=TODAY)
    member_days.recompute(order_ids=[order.pk, order.pk - 1])


def test_the_documents_keys_are_those_of_the_page(sold):
    assert keys(export()) == set(documented(KEYS, "Keys"))


def test_every_measure_stands_on_its_page():
    assert documented(MEASURES, "The measures") == list(measures.MEASURES)


def test_members_are_lines_with_the_documented_keys(sold, tmp_path):
    file = tmp_path / "members.jsonl"
    file.write_text("what was there before")

    export(members=str(file))

    lines = [json.loads(line) for line in file.read_text().splitlines()]
    assert [line["window_net_amount"] for line in lines] == [5_000, 7_000]
    assert list(lines[0]) == documented(KEYS, "Lines of members")
    assert [path.name for path in tmp_path.iterdir()] == ["members.jsonl"]


def test_facts_are_brought_up_to_date_first_and_a_repeat_is_the_same(sold):
    assert StaleMember.objects.exists()

    first, second = export(), export()

    assert first == second
    assert not StaleMember.objects.exists()
    assert first["measures"]["sales"]["value"] == 12_000
    assert first["measures"]["mau_orders"]["value"] == 2


def test_orders_that_no_worker_has_told_of_yet_are_counted(alice):
    enough = Dispatch.objects.count()
    till.sell("o-1", till.line("1", 4_000), phone=None, when=NOW, now=NOW)
    assert Dispatch.objects.count() > enough

    document = export()

    assert document["totals"]["sales"] == document["measures"]["sales"]["value"] == 4_000
    # Whoever registered without a worker counts on the day too; their events are still owed.
    assert document["measures"]["new_members"]["value"] == 1
    assert KpiDay.objects.get(joined_count__gt=0).joined_count == 1
    assert Dispatch.objects.count() > enough


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"format": "xml"}, "--format xml: unknown; there is json"),
        ({"as_of": "yesterday"}, "--as-of yesterday: no day; write it as 2026-06-30"),
        ({"as_of": "2026-02-30"}, "--as-of 2026-02-30: no day; write it as 2026-06-30"),
        ({"as_of": "0001-01-01"}, "--as-of 0001-01-01: name a year from 1970 to 2999"),
        ({"from_on": "2026-03-03"}, "--from 2026-03-03: lies after --as-of 2026-03-02"),
        ({"repurchase": "30,x"}, "--repurchase 30,x: write days from 1 to 3650, such as 30,60,90"),
        ({"repurchase": "0"}, "--repurchase 0: write days from 1 to 3650, such as 30,60,90"),
        (
            {"repurchase": ",".join(map(str, range(1, 14)))},
            "--repurchase 1,2,3,4,5,6,7,8,9,10,11,12,13: at most 12 of them",
        ),
    ],
)
def test_what_cannot_be_understood_is_told(options, told):
    with pytest.raises(CommandError) as refused:
        export(**options)
    assert str(refused.value) == told


def test_a_file_that_cannot_be_written_is_told(shop, tmp_path):
    with pytest.raises(CommandError) as refused:
        export(members=str(tmp_path / "missing" / "members.jsonl"))
    assert str(refused.value).endswith(
        "members.jsonl: No such file or directory; name a file that can be written"
    )


def test_without_a_programme_the_command_says_what_is_missing(db):
    Program.objects.update(is_current=False)
    with pytest.raises(CommandError) as refused:
        export(as_of="2026-03-02")
    assert "programme" in str(refused.value)
