"""Spends on channels, read from a file as a job: each number once, wrong rows told one by one."""

import pytest

from analytics.models import ChannelSpend
from analytics.services import channel_spends
from members.models import JobError, Store
from members.services import jobs
from tests import world

pytestmark = pytest.mark.django_db
HEAD = ["number", "channel", "store", "placement", "from", "to", "amount", "note"]
GOOD = ["R-1", "pos", "SH01", "poster", "2026-03-01", "2026-03-31", "1234.50", "spring"]


@pytest.fixture
def actor(shop):
    return world.operator("mia", role="marketing_manager")


def imported(actor, *rows, store_ids=None):
    job = channel_spends.begin_import(
        rows=[HEAD, *rows], store_ids=store_ids, actor_id=actor.pk, at=world.NOW
    )
    jobs.run(job_id=job.pk, clock=lambda: world.NOW)
    job.refresh_from_db()
    return job


def errors(job):
    return list(JobError.objects.filter(job=job).order_by("row").values_list("row", "code"))


def test_good_rows_are_taken_and_wrong_ones_told_by_their_line(actor):
    job = imported(
        actor,
        GOOD,
        [],
        ["R-2", "pos", "", "", "2026-03-01", "2026-03-01", "1", ""],
        ["R-3", "nowhere", "", "", "2026-03-01", "2026-03-01", "1", ""],
        ["R-4", "pos", "nowhere", "", "2026-03-01", "2026-03-01", "1", ""],
        ["R-5", "pos", "", "", "2026-03-09", "2026-03-01", "1", ""],
    )

    assert (job.state, job.result) == ("DONE", {"new": 2, "known": 0, "refused": 3})
    assert errors(job) == [
        (5, "channel_unknown"), (6, "store_unknown"), (7, "days_not_in_order"),
    ]  # fmt: skip
    assert list(ChannelSpend.objects.order_by("pk").values_list("number", "amount")) == [
        ("R-1", 123_450), ("R-2", 100),
    ]  # fmt: skip
    assert ChannelSpend.objects.get(number="R-1").created_by == actor


def test_the_same_file_again_changes_nothing(actor):
    imported(actor, GOOD)

    assert imported(actor, GOOD).result == {"new": 0, "known": 1, "refused": 0}
    assert ChannelSpend.objects.count() == 1


def test_a_number_with_another_amount_is_refused(actor):
    imported(actor, GOOD)

    job = imported(actor, [*GOOD[:6], "9.00", "spring"])
    assert errors(job) == [(2, "number_taken")]
    assert ChannelSpend.objects.get().amount == 123_450


def test_whoever_works_for_one_store_enters_for_that_one_only(actor):
    mine = [Store.objects.get(code="SH01").pk]
    other, none = [*GOOD], [*GOOD]
    other[0], other[2] = "R-2", "BJ01"
    none[0], none[2] = "R-3", ""

    job = imported(actor, GOOD, other, none, store_ids=mine)

    assert errors(job) == [(3, "store_unknown"), (4, "store_unknown")]
    assert ChannelSpend.objects.get().number == "R-1"


@pytest.mark.parametrize(
    ("rows", "error"),
    [
        ([], channel_spends.ColumnsMissing),
        ([["number", "amount"], ["1", "2"]], channel_spends.ColumnsMissing),
        ([HEAD, [], []], channel_spends.NoRows),
        ([HEAD, *[GOOD] * 2_001], channel_spends.TooManySpends),
    ],
)
def test_a_file_that_can_t_be_read_begins_nothing(actor, rows, error):
    with pytest.raises(error):
        channel_spends.begin_import(rows=rows, store_ids=None, actor_id=actor.pk, at=world.NOW)
