"""A step that can not be done any more, since what it asks for has gone, holds up only those who
stand at it: not the campaigns that hear of the same event, nor what else it ends."""

import pytest

from campaigns.models import Campaign, Enrollment
from members.models import Dispatch
from members.registry import member_fields
from tests.campaigns import made
from tests.campaigns.happened import ORDER, VIEW, advance, buy, hear, view
from tests.campaigns.shop import enroll

pytestmark = pytest.mark.django_db
VIEWS = {"event": VIEW, "behavior": "product_view"}
BRANCH = {
    "id": "b1",
    "kind": "BRANCH",
    "condition": {"field": "member.guide", "op": "eq", "value": "g-1"},
    "yes": [],
    "no": [made.message("INBOX")],
}
WAIT = {
    "id": "w1",
    "kind": "WAIT_EVENT",
    "event": ORDER,
    "minutes": 60,
    "heard": [BRANCH],
    "else": [],
}


@pytest.fixture
def alice(shop):
    return enroll()


@pytest.fixture
def field_has_gone(monkeypatch):
    """As behind an upgrade that has a field no more."""

    def go():
        monkeypatch.delitem(member_fields.MEMBER_FIELDS, "member.guide")
        monkeypatch.delitem(member_fields.vocabulary().fields, "member.guide")

    return go


def states():
    rows = Enrollment.objects.order_by("campaign__code")
    return list(rows.values_list("campaign__code", "state", "reason"))


def test_others_are_brought_in_by_the_same_event(alice, field_has_gone):
    made.running("a-broken", entry_rule=VIEWS, steps=[BRANCH])
    made.running("b-whole", entry_rule=VIEWS, steps=[made.message("INBOX")])
    field_has_gone()
    view(alice, 0)
    hear(0)

    assert not Dispatch.objects.exists()
    assert states() == [("a-broken", "ACTIVE", ""), ("b-whole", "DONE", "")]
    for minute in (1, 2, 4, 8, 16, 32):
        advance(minute)
    assert states()[0] == ("a-broken", "EXITED", "step_failed")


def test_what_else_an_event_ends_ends(alice, field_has_gone):
    made.running("a-broken", entry_rule=VIEWS, steps=[WAIT])
    whole = [{"id": "w1", "kind": "WAIT", "minutes": 60}, made.message("INBOX")]
    made.running("b-whole", entry_rule=VIEWS, steps=whole, exits=[{"event": ORDER, "same": ""}])
    view(alice, 0)
    hear(0)
    field_has_gone()
    buy(alice, 10)
    hear(10)

    assert not Dispatch.objects.exists()
    assert states() == [("a-broken", "ACTIVE", ""), ("b-whole", "EXITED", "exited")]
    assert Campaign.objects.filter(state="RUNNING").count() == 2
