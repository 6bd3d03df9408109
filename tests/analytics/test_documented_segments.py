"""docs/algorithms/segments.md, run row by row."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from members.models import Member
from members.rules import buckets
from members.selectors import member_conditions, member_explanations
from tests import documented, world
from tests.loyalty import till

pytestmark = pytest.mark.django_db
PAGE = "algorithms/segments.md"
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def alice(shop):
    return world.register(world.ALICE)


def seen(member, tree, at):
    condition = member_conditions.read({"op": "gte", "value": 0, **tree})
    return member_explanations.explain(condition, member_id=member.pk, at=at).leaves[0].seen


def test_windows_begin_and_end_as_the_page_says(alice):
    rows = documented.rows(PAGE, "Windows (run)")
    paid = datetime.fromisoformat(rows[0].text("paid")).replace(tzinfo=ZONE)
    till.sell("T-1", till.line("1", 10_000), phone=world.ALICE_PHONE, when=paid, now=paid)
    for row in rows:
        assert row.text("paid") == rows[0].text("paid")
        at = datetime.fromisoformat(row.text("as of")).replace(tzinfo=ZONE)
        tree: dict[str, Any] = {"field": "orders.count"}
        if row.text("days") != "–":
            tree["days"] = row.number("days")
        assert seen(alice, tree, at) == (row.text("counted") == "yes"), row


def test_days_until_a_birthday_are_those_of_the_page(alice):
    for row in documented.rows(PAGE, "Days until the birthday (run)"):
        month, day = row.text("birthday").split("-")
        Member.objects.filter(pk=alice.pk).update(birthday_md=int(month) * 100 + int(day))
        begins = datetime.fromisoformat(row.text("day")).replace(tzinfo=ZONE)
        for at in (begins, begins + timedelta(hours=23, minutes=59)):
            assert seen(alice, {"field": "birthday.in_days"}, at) == row.number("days"), row


def test_random_numbers_are_those_of_the_page_here_and_in_the_database(alice):
    for row in documented.rows(PAGE, "Random numbers (run)"):
        uid, word = UUID(row.text("uid")), row.text("word").replace("–", "")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE members_member SET uid = %s WHERE id = %s", [uid, alice.pk])
        tree: dict[str, Any] = {"field": "member.bucket"} | ({"of": [word]} if word else {})

        assert buckets.bucket(uid, salt=word) == row.number("number")
        assert seen(alice, tree, world.NOW) == row.number("number")
