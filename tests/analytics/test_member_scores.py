"""The night's scores: what changed is told once, published, and goes with who may not be scored."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from analytics.models import AnalyticsPolicy, ClassChange, ClassDay, ClassTag, MemberScore
from analytics.registry import classes as class_names
from analytics.services import class_tags, member_scores
from members.models import Event, Measure, Member, MemberTag, Tag
from members.services import merges, profiling, restrictions, tags
from tests import kept, world
from tests.analytics import buyers
from tests.analytics.shop import enroll

pytestmark = pytest.mark.django_db
A = date(2026, 3, 1)
JOINED = datetime(2025, 1, 1, tzinfo=UTC)
KINDS = ("CUSTOMER", "HEALTH", "RFM_10", "RFM_4", "RFM_8", "STAGE", "VALUE")


def run(days=0):
    as_of = A + timedelta(days=days)
    return list(member_scores.score(as_of=as_of, at=world.NOW + timedelta(days=days)))


def changes(member, kind="STAGE"):
    rows = ClassChange.objects.filter(member=member, kind=kind).order_by("day")
    return [(row.day, row.before, row.after) for row in rows]


def told(type_="analytics.class.changed"):
    return Event.objects.filter(type=type_).count()


def stored():
    return list(MemberScore.objects.order_by("pk").values())


@pytest.fixture(scope="module")
def opened(django_db_setup, django_db_blocker):
    yield from kept.rows(django_db_blocker, world.open_shop)


@pytest.fixture
def shop(opened, db):
    """Opened once for all tests here."""


@pytest.fixture
def buyer(shop):
    """Bought every ten days for two months, last on the as-of day: maturity."""
    member = enroll(joined_at=JOINED)
    buyers.bought(member, buyers.days_ago(A, 0, 10, 20, 30, 40, 50, 60))
    return member


def test_the_night_scores_as_of_the_last_whole_day_in_the_shop_s_zone(buyer):
    # 03:10 in Shanghai on 2 March.
    done = list(member_scores.night(datetime(2026, 3, 1, 19, 10, tzinfo=UTC)))

    row = MemberScore.objects.get()
    assert done == [1]
    assert (row.as_of_on, row.recency_days, row.stage) == (A, 0, "maturity")
    # Alone among the scored: rank 1 of 1, and at the mean.
    assert (row.r_score, row.rfm_8, row.rfm_10) == (1, "111", "hibernating")


def test_the_first_night_tells_no_changes_and_counts_the_classes(buyer):
    run()

    assert (ClassChange.objects.count(), told()) == (0, 0)
    counted = ClassDay.objects.values_list("kind", "code", "members_count").order_by("kind")
    assert list(counted) == [
        ("CUSTOMER", "loyal", 1),
        ("HEALTH", "low", 1),
        ("RFM_10", "hibernating", 1),
        ("RFM_4", "high_value", 1),
        ("RFM_8", "111", 1),
        ("STAGE", "maturity", 1),
        ("VALUE", "potential", 1),
    ]


def test_a_change_is_told_once_and_names_no_class(buyer):
    run()
    run(31)

    assert changes(buyer) == [(A + timedelta(days=31), "maturity", "decline")]
    event = Event.objects.get(type="analytics.class.changed", payload__kind="STAGE")
    change = ClassChange.objects.get(kind="STAGE")
    assert event.payload == {"member": str(buyer.uid), "kind": "STAGE", "change": change.pk}
    assert told() == ClassChange.objects.count()


def test_run_twice_nothing_changes(buyer):
    run()
    run(31)
    before = (stored(), list(ClassChange.objects.values()), list(ClassDay.objects.values("day")))

    run(31)

    after = (stored(), list(ClassChange.objects.values()), list(ClassDay.objects.values("day")))
    assert after == before


def test_an_older_day_changes_nothing(buyer):
    run(31)
    before = stored()

    assert run() == []
    assert stored() == before
    assert not ClassDay.objects.filter(day=A).exists()


def test_a_late_order_corrects_the_same_day_s_change(buyer):
    run()
    run(31)
    buyers.bought(buyer, buyers.days_ago(A, 0, 10, 20, 30, 40, 50, 60, 365))
    run(31)
    assert changes(buyer) == [(A + timedelta(days=31), "maturity", "decline")]

    buyers.bought(buyer, buyers.days_ago(A, -20, 0, 10, 20, 30, 40, 50, 60))
    run(31)

    # Back where it was the night before: nothing has changed.
    assert changes(buyer) == []
    assert MemberScore.objects.get().stage == "maturity"


def test_who_comes_after_the_first_night_changes_from_none(buyer):
    run()
    member = enroll(joined_at=JOINED)
    run(1)

    assert changes(member) == [(A + timedelta(days=1), "", "acquisition")]
    assert changes(member, "RFM_8") == []


def test_a_health_that_falls_below_the_warning_is_told(shop):
    one, other = enroll(joined_at=JOINED), enroll(joined_at=JOINED)
    buyers.bought(one, buyers.days_ago(A, 0, 1, 2))
    buyers.bought(other, buyers.days_ago(A, 5))
    run()
    assert MemberScore.objects.get(pk=one.pk).health == Decimal("50.00")

    run(365)

    row = MemberScore.objects.get(pk=one.pk)
    assert (row.health, row.health_before) == (Decimal(0), Decimal("50.00"))
    event = Event.objects.get(type="analytics.health.fallen")
    assert event.member_id == one.pk
    assert ClassChange.objects.get(pk=event.payload["change"]).after == "low"


def test_a_new_warning_alone_moves_nobody(buyer):
    run()
    AnalyticsPolicy.objects.create(pk=1, health_warning=0)
    run(1)

    assert changes(buyer, "HEALTH") == []
    assert told("analytics.health.fallen") == 0


def test_many_chunks_cover_everybody(shop, monkeypatch):
    people = buyers.members(7, joined_at=JOINED)
    monkeypatch.setattr(member_scores, "CHUNK", 3)

    assert run() == [3, 3, 1]
    assert MemberScore.objects.count() == len(people)


def test_classes_become_measures_and_those_that_end_are_withdrawn(buyer):
    run()
    published = dict(Measure.objects.values_list("code", "value"))
    assert published == {
        "rfm_8": 1, "stage": 3, "value_class": 2, "customer_class": 1, "health": 0
    }  # fmt: skip
    run(365)

    published = dict(Measure.objects.values_list("code", "value"))
    assert published == {"stage": 5, "value_class": 1, "customer_class": 4, "health": 0}


def test_a_class_as_a_tag_is_given_and_taken_and_a_person_s_own_stays(buyer):
    tag = Tag.objects.create(code="mature", name_en="Mature")
    by_hand = enroll(joined_at=JOINED)
    tags.give(members=[by_hand], code="mature", at=world.NOW)
    class_tags.add(kind="STAGE", code="maturity", tag=tag)

    run()
    assert bearers(tag) == {buyer.pk: "MODEL", by_hand.pk: "HAND"}
    run(31)
    assert bearers(tag) == {by_hand.pk: "HAND"}


def test_a_class_that_is_published_no_more_takes_its_tag_back(buyer):
    tag = Tag.objects.create(code="mature", name_en="Mature")
    row = class_tags.add(kind="STAGE", code="maturity", tag=tag)
    run()

    assert class_tags.remove(class_tag=row) == 1
    assert (bearers(tag), ClassTag.objects.count()) == ({}, 0)


@pytest.mark.parametrize("left", [{"code": "gone"}, {"kind": "GONE", "code": "gone"}])
def test_a_class_that_a_later_release_knows_no_more_is_nobodys(buyer, left):
    tag = Tag.objects.create(code="mature", name_en="Mature")
    class_tags.add(kind="STAGE", code="maturity", tag=tag)
    run()
    assert len(bearers(tag)) == 1
    ClassTag.objects.update(**left)

    run(days=1)

    assert bearers(tag) == {}
    assert class_names.name(left.get("kind", "STAGE"), "gone").label == "gone"


def bearers(tag):
    return dict(MemberTag.objects.filter(tag=tag).values_list("member_id", "origin"))


@pytest.mark.parametrize(
    ("kind", "code", "refusal"),
    [("STAGE", "gone", "UnknownClass"), ("STAGE", "maturity", "PublishedAlready")],
)
def test_no_class_is_published_twice_or_without_being_one(shop, kind, code, refusal):
    tag = Tag.objects.create(code="mature", name_en="Mature")
    class_tags.add(kind="STAGE", code="maturity", tag=tag)
    other = Tag.objects.create(code="other", name_en="Other")

    with pytest.raises(getattr(class_tags, refusal)):
        class_tags.add(kind=kind, code=code, tag=other)
    assert ClassTag.objects.count() == 1
    other.refresh_from_db()
    assert other.origin == "HAND"


def test_who_objects_loses_scores_changes_and_measures_at_once(buyer):
    run()
    run(31)

    profiling.refuse(member_id=buyer.pk, at=world.NOW)

    assert left(buyer) == (0, 0, 0)
    run(32)
    assert left(buyer) == (0, 0, 0)


def test_whoever_takes_scores_away_takes_turns(buyer):
    run()
    profiling.refuse(member_id=buyer.pk, at=world.NOW)
    held = "SELECT count(*) FROM pg_locks WHERE objid = 5217109 AND pid = pg_backend_pid()"
    with connection.cursor() as cursor:
        cursor.execute(held)
        assert cursor.fetchone() == (1,)


def test_who_is_restricted_has_no_scores_until_that_is_lifted(buyer):
    run()
    run(31)
    before = ClassChange.objects.count()
    restrictions.restrict(member_id=buyer.pk, at=world.NOW)
    assert left(buyer) == (0, before, 0)

    restrictions.lift(member_id=buyer.pk, at=world.NOW)
    run(32)

    assert MemberScore.objects.get().stage == "decline"


def test_what_was_written_while_somebody_objected_is_swept(buyer):
    run()
    Member.objects.filter(pk=buyer.pk).update(is_profiled=False)

    run(1)

    assert left(buyer) == (0, 0, 0)


def left(member):
    return (
        MemberScore.objects.filter(member=member).count(),
        ClassChange.objects.filter(member=member).count(),
        Measure.objects.filter(member=member).count(),
    )


def test_a_merged_card_loses_its_scores(buyer):
    retired = enroll(joined_at=JOINED)
    run()

    merges.merge(survivor_id=buyer.pk, retired_id=retired.pk, at=world.NOW)

    assert list(MemberScore.objects.values_list("member_id", flat=True)) == [buyer.pk]
    run(1)
    assert left(retired) == (0, 0, 0)
