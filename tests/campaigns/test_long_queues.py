"""Of a long queue each batch reads its own rows, also where the database hasn't counted them yet:
a campaign that has just begun is one that its statistics don't know."""

from datetime import timedelta

import pytest
from django.db import connection

from campaigns.models import Enrollment
from campaigns.services import journeys, run_jobs, runs
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db
NOW = world.NOW
WAITING, BATCH = 2_000, 5
# Rows of a batch are read a few times: found, locked, written.
MOST_READ = 20 * BATCH


@pytest.fixture
def people(keys_made):
    """Alice comes first, and all the others are Bob: what is asked of those in a batch, by who
    they are, is little."""
    world.open_shop()
    consents = world.yes("INBOX")
    alice, bob = (enroll(email=f"{name}@example.org", consents=consents) for name in ("a", "b"))
    return [alice] * BATCH + [bob] * (WAITING - BATCH)


@pytest.fixture
def run(people):
    """A run that is on its way, with nobody in it; behind it lies one of an earlier campaign, and
    the database has counted since."""
    earlier = begun("earlier")
    come_in(earlier, people[BATCH:], state="DONE", ended_at=NOW)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE campaigns_enrollment")
        # A table as small as a test's may be read whole as cheaply.
        for way in ("seqscan", "hashjoin", "mergejoin", "bitmapscan"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    return begun("news")


def begun(code):
    made.running(
        code,
        entry="AT",
        entry_rule={"at": NOW.isoformat()},
        condition=made.EVERYBODY,
        at=NOW - timedelta(hours=1),
    )
    found = runs.begin_due(at=NOW)[0]
    run_jobs.freeze_part(run_id=found.pk, last=0, at=NOW)
    return found


def come_in(run, people, **fields):
    Enrollment.objects.bulk_create(
        Enrollment(
            run=run,
            campaign=run.campaign,
            version=run.version,
            member=member,
            entry_key=f"k{number}",
            bucket=0,
            arm="a",
            entered_at=NOW,
            **fields,
        )
        for number, member in enumerate(people)
    )


def rows_read(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) "
            "FROM pg_stat_xact_user_tables WHERE relname = %s",
            [table],
        )
        return cursor.fetchone()[0]


def test_planning_a_part_reads_that_part_of_the_audience(run, people):
    come_in(run, people)
    before = rows_read("campaigns_enrollment")

    assert run_jobs.plan_part(run_id=run.pk, at=NOW, limit=BATCH) == BATCH

    assert rows_read("campaigns_enrollment") - before < MOST_READ
    own = Enrollment.objects.filter(run=run).order_by("pk")
    begun_ids = own.filter(state="DONE").values_list("pk", flat=True)
    assert list(begun_ids) == list(own.values_list("pk", flat=True)[:BATCH])


def test_letting_members_go_on_reads_those_of_the_batch(run, people):
    come_in(run, people, state="ACTIVE", due_at=NOW)
    before = rows_read("campaigns_enrollment")

    assert journeys.advance_due(at=NOW, limit=BATCH) == BATCH

    assert rows_read("campaigns_enrollment") - before < MOST_READ
