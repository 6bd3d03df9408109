"""Of a long queue each batch reads its own rows, also where the database hasn't counted them yet:
a campaign that has just begun is one that its statistics don't know."""

from datetime import timedelta

import pytest
from django.db import connection

from campaigns.models import Delivery, Enrollment
from campaigns.services import deliveries, journeys, run_jobs, runs
from members.ids import uuid7
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db
NOW = world.NOW
WAITING, BATCH = 2_000, 5
# Rows of a batch are read a few times: found, locked, written.
MOST_READ = 20 * BATCH


@pytest.fixture
def run(keys_made):
    """A run that is on its way, with nobody in it; the database has just counted so."""
    world.open_shop()
    made.running(
        entry="AT",
        entry_rule={"at": NOW.isoformat()},
        condition=made.EVERYBODY,
        at=NOW - timedelta(hours=1),
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE campaigns_enrollment, campaigns_delivery")
    found = runs.begin_due(at=NOW)[0]
    run_jobs.freeze_part(run_id=found.pk, last=0, at=NOW)
    return found


def come_in(run, **fields):
    alice = enroll(email="alice@example.org", consents=world.yes("INBOX"))
    Enrollment.objects.bulk_create(
        Enrollment(
            run=run,
            campaign=run.campaign,
            version=run.version,
            member=alice,
            entry_key=f"k{number}",
            bucket=0,
            arm="a",
            entered_at=NOW,
            **fields,
        )
        for number in range(WAITING)
    )


def rows_read(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) "
            "FROM pg_stat_xact_user_tables WHERE relname = %s",
            [table],
        )
        return cursor.fetchone()[0]


def test_planning_a_part_reads_that_part_of_the_audience(run):
    come_in(run)
    before = rows_read("campaigns_enrollment")

    assert run_jobs.plan_part(run_id=run.pk, at=NOW, limit=BATCH) == BATCH

    assert rows_read("campaigns_enrollment") - before < MOST_READ
    begun = Enrollment.objects.filter(state="DONE").order_by("pk")
    first = Enrollment.objects.order_by("pk").values_list("pk", flat=True)[:BATCH]
    assert list(begun.values_list("pk", flat=True)) == list(first)


def test_letting_members_go_on_reads_those_of_the_batch(run):
    come_in(run, state="ACTIVE", due_at=NOW)
    before = rows_read("campaigns_enrollment")

    assert journeys.advance_due(at=NOW, limit=BATCH) == BATCH

    assert rows_read("campaigns_enrollment") - before < MOST_READ


def test_sending_a_batch_reads_that_batch_of_the_queue(run):
    come_in(run, state="DONE", ended_at=NOW)
    Delivery.objects.bulk_create(
        Delivery(
            uid=uuid7(),
            campaign=run.campaign,
            run=run,
            enrollment=row,
            member_id=row.member_id,
            step="m1",
            medium="INBOX",
            send_key=f"e{row.pk}:m1",
            language="en",
            queued_at=NOW,
            not_before_at=NOW,
            expires_at=NOW + timedelta(days=1),
        )
        for row in Enrollment.objects.all()
    )
    before = rows_read("campaigns_delivery")

    assert deliveries.send_due(at=NOW, limit=BATCH) == BATCH

    assert rows_read("campaigns_delivery") - before < MOST_READ
    assert Delivery.objects.filter(state="SENT").count() == BATCH
