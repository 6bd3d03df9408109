"""Facts made anew by an operator: as a job that goes on, and compared by another count."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from analytics.models import KpiDay, MemberMetrics, PurchaseDay
from analytics.selectors import fact_checks
from analytics.services import fact_rebuilds, facts
from analytics.services.fact_rebuilds import Position
from loyalty.models import Program
from members.models import Job
from members.registry import privacy
from members.services import dispatches, jobs
from tests.analytics.rolled import everything, marks, rows
from tests.analytics.shop import NOW, bought

pytestmark = pytest.mark.django_db
FEBRUARY = date(2026, 2, 20)


@pytest.fixture
def sold(alice, bob):
    """Orders of 14 days across a month's end that nobody has heard of; both joined on 2 March."""
    while dispatches.drain(at=NOW):
        pass
    for number in range(28):
        day = FEBRUARY + timedelta(days=number % 14)
        bought((alice, bob, None)[number % 3], 100 + number, day=day)


def command(name, *options):
    out = StringIO()
    call_command(name, *options, stdout=out)
    return out.getvalue()


def test_the_command_computes_everything_and_says_how_far_it_is(sold):
    said = command("rebuild_facts")

    # Two months of days twice, the counts, one chunk of members, the ledger.
    assert "  7 of 7  points\nAll facts are computed anew.\n" in said
    assert command("verify_facts").endswith(f"sound: {len(fact_checks.checks())} checks.\n")
    assert marks() == (0, 0, 0)
    assert PurchaseDay.objects.count() == 19
    assert Job.objects.get(kind=fact_rebuilds.KIND).state == "DONE"


def test_a_second_rebuild_is_another_job_and_changes_nothing(sold):
    command("rebuild_facts")
    before = everything()

    command("rebuild_facts")

    assert everything() == before
    assert Job.objects.filter(kind=fact_rebuilds.KIND, state="DONE").count() == 2


def test_a_rebuild_that_was_stopped_goes_on_behind_what_it_did(sold):
    whole = list(fact_rebuilds.rebuild())
    right = everything()
    assert [one.stage for one in whole] == [
        "member_days", "member_days", "counts", "members", "days", "days", "points",
    ]  # fmt: skip
    KpiDay.objects.update(net_amount=1)

    rest = list(fact_rebuilds.rebuild(begin=Position("days", "2026-02-20")))

    # February was done before; March and the points were left.
    assert rest == [Position("days", "2026-03-01"), Position("points")]
    assert {row[0] for row in rows(KpiDay, "net_amount", day__month=2)} == {1}
    assert rows(KpiDay, day__month=3) == [row for row in right["KpiDay"] if row[0].month == 3]


def test_a_canceled_job_is_taken_up_where_it_ended(sold):
    job = fact_rebuilds.take_up(from_day=None, until_day=None, at=NOW)
    Job.objects.filter(pk=job.pk).update(
        state="CANCELED", cursor={"stage": "days", "after": "2026-03-01"}
    )

    again = fact_rebuilds.take_up(from_day=None, until_day=None, at=NOW + timedelta(hours=1))
    assert jobs.run(job_id=again.pk, clock=lambda: NOW) == "DONE"

    assert again.pk == job.pk
    assert not MemberMetrics.objects.exists()


def test_only_the_days_asked_for_and_whoever_bought_on_them_are_computed(sold, alice):
    list(fact_rebuilds.rebuild())
    right = everything()
    KpiDay.objects.update(gross_amount=7)
    PurchaseDay.objects.update(net_amount=7)

    command("rebuild_facts", "--from=2026-02-21", "--until=2026-02-22")

    wrong = {row[0] for row in rows(KpiDay, "day", gross_amount=7)}
    assert date(2026, 2, 21) not in wrong
    assert len(wrong) == 13
    # Who bought on that day is computed whole.
    assert [row for row in right["PurchaseDay"] if row[0] == alice.pk] != []
    assert rows(PurchaseDay, net_amount=7) == []


def test_a_wrong_row_is_found_and_told_with_the_way_to_mend_it(sold, alice):
    list(fact_rebuilds.rebuild())
    MemberMetrics.objects.filter(member=alice).update(orders_count=99)

    with pytest.raises(CommandError, match=r"1 of 11 checks failed\. `manage.py rebuild_facts`"):
        command("verify_facts")

    (found,) = fact_checks.findings()
    assert (found.check, found.count) == ("member_metrics", 2)
    assert {text.split(",")[0] for (text,) in found.examples} == {"(kept", "(counted"}


def test_what_nobody_has_heard_of_yet_is_named_first(sold, alice):
    list(fact_rebuilds.rebuild())
    facts.mark_joined(member_ids=[alice.pk])

    assert "0 events, 0 members, 1 days" in command("verify_facts")


def test_another_zone_counts_joining_on_its_own_days(sold):
    list(fact_rebuilds.rebuild())
    joined = rows(KpiDay, "day", "store__code", joined_count__gt=0)
    Program.objects.update(time_zone="Pacific/Kiritimati", version=3)

    command("rebuild_facts")

    moved = rows(KpiDay, "day", "store__code", joined_count__gt=0)
    assert [day for day, _ in joined] == [date(2026, 3, 2)] * 2
    assert moved != []
    assert fact_checks.findings() == []


def test_nothing_sold_and_nobody_there_is_nothing_to_compute(shop):
    assert command("rebuild_facts").endswith("All facts are computed anew.\n")


def test_a_package_holds_the_sums_of_the_members_own_orders(sold, alice):
    list(fact_rebuilds.rebuild())
    sections = {
        code: privacy.EXPORT_SECTIONS[code] for code in ("analytics.metrics", "analytics.months")
    }

    packed = {code: list(one.rows([alice.pk], NOW)) for code, one in sections.items()}

    (metrics,) = packed["analytics.metrics"]
    assert metrics["orders_count"] == 10
    assert [row["month"] for row in packed["analytics.months"]] == [
        date(2026, 2, 1),
        date(2026, 3, 1),
    ]
    assert all(tuple(row) == sections[code].columns for code in packed for row in packed[code])
