"""What a campaign does to a member, in plain sentences, with the names of what it uses."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from campaigns.admin import (
    durations,
    entry_sentences,
    event_words,
    journey_checks,
    journey_sentences,
)
from campaigns.models import Campaign, MessageTemplate, WebhookEndpoint
from campaigns.registry import trigger_events
from campaigns.rules import journeys
from campaigns.selectors import journey_references
from loyalty.models import Badge, CouponType
from members.models import Tag
from members.rules.behavior_events import KINDS
from tests import world
from tests.campaigns import made

ORDER = "loyalty.order.recorded"
VIEWED = {
    "event": event_words.NOTICED,
    "behavior": "product_view",
    "times": 2,
    "minutes": 1440,
    "without": {"event": ORDER},
    "without_minutes": 30,
    "same": "product",
    "keys": ["product", "day"],
}
STEPS = [
    {"id": "s1", "kind": "WAIT", "minutes": 30},
    {
        "id": "s2",
        "kind": "BRANCH",
        "condition": {"field": "member.tags", "op": "contains", "value": ["vip"]},
        "yes": [{"id": "s3", "kind": "GRANT", "what": "COUPON", "code": "off", "count": 2}],
        "no": [{"id": "s4", "kind": "GRANT", "what": "POINTS", "points": 1200}],
    },
    made.message("WECHAT", "SMS", step="s5", expires_hours=6),
    {
        "id": "s6",
        "kind": "WAIT_EVENT",
        "event": ORDER,
        "minutes": 1440,
        "same": "product",
        "heard": [{"id": "s7", "kind": "END"}],
        "else": [{"id": "s8", "kind": "TASK", "title_en": "Call her", "days": 3}],
    },
    {"id": "s9", "kind": "WEBHOOK", "endpoint": "crm"},
    {"id": "s10", "kind": "WAIT_UNTIL", "clock": "09:00"},
]


@pytest.fixture
def things(db, keys_made):
    """What the steps name."""
    world.open_shop()
    made.template(name_en="Hello")
    Tag.objects.create(code="vip", name_en="VIP")
    CouponType.objects.create(
        code="off", name_en="Welcome ¥10", kind="MONEY_OFF", amount=1000, state="LIVE", valid_days=7
    )
    WebhookEndpoint.objects.create(
        code="crm", name_en="CRM", url="https://example.org/x", secrets="", created_at=world.NOW
    )
    with translation.override("en"):
        yield


def told(lines, depth=0):
    for line in lines:
        yield "  " * depth + line.text
        for way in line.ways:
            yield "  " * depth + f"- {way.label}"
            yield from told(way.lines, depth + 1)


def test_a_journey_reads_as_sentences_nested_by_its_ways(things):
    assert list(told(journey_sentences.of_campaign(Campaign(steps=STEPS)))) == [
        "Wait 30 minutes",
        "If tags include VIP",
        "- Then",
        "  Give 2 × the coupon “Welcome ¥10”",
        "- Otherwise",
        "  Give 1,200 points",
        "Send “Hello” by WeChat, else by SMS; after 6 hours it is dropped",
        "Wait at most 1 day until the member buys it",
        "- If it happens",
        "  The journey ends here",
        "- If not",
        "  Ask the member's store within 3 days: “Call her”",
        "Tell the system “CRM”",
        "Wait until 09:00, the member's time",
    ]


def test_names_are_looked_up_once_for_each_kind_of_thing(things):
    flow = journeys.read(
        [{**STEPS[2], "id": f"m{n}"} for n in range(20)]
        + [{**STEPS[1]["yes"][0], "id": f"g{n}"} for n in range(20)]
    )

    with CaptureQueriesContext(connection) as asked:
        journey_references.references(flow)

    assert len(asked) == 2


def test_the_entry_reads_as_a_sentence(db):
    with translation.override("en"):
        said = entry_sentences.entry_sentence(Campaign(entry="EVENT", entry_rule=VIEWED))

    assert said == (
        "When a member views a product 2 times within 1 day, the same product each time, and does "
        "not buy it within 30 minutes; once for each product and day."
    )


@pytest.mark.parametrize(
    ("kind", "rule", "said"),
    [
        ("NOW", {}, "Once, as soon as it is approved and started."),
        (
            "RECURRING",
            {"clock": "10:00", "weekdays": [0, 4]},
            "Every Monday and Friday at 10:00.",
        ),
        (
            "RECURRING",
            {"clock": "10:00", "month_days": [1, 31]},
            "Every month on day 1 and the last day at 10:00.",
        ),
        (
            "DATE",
            {"date": "BIRTHDAY", "days": -7, "clock": "09:30"},
            "7 days before a member's birthday, at 09:30.",
        ),
        (
            "STATE",
            {"clock": "11:00"},
            "Every day at 11:00, for members who have come to meet the condition.",
        ),
        ("EVENT", {}, "It isn't said yet when it begins."),
    ],
)
def test_each_kind_of_entry_reads_as_a_sentence(kind, rule, said):
    with translation.override("en"):
        assert entry_sentences.entry_sentence(Campaign(entry=kind, entry_rule=rule)) == said


def test_exits_and_the_goal_read_as_sentences():
    campaign = Campaign(
        exits=[{"event": ORDER, "same": "product"}, {"event": f"{event_words.NOTICED}:check_in"}],
        goal_event=ORDER,
    )

    with translation.override("en"):
        assert entry_sentences.exit_sentences(campaign) == [
            "It ends at once for a member who buys it.",
            "It ends at once for a member who checks in.",
            "Its goal ends it: a member who buys something is through.",
        ]
        assert entry_sentences.goal_sentence(campaign) == (
            "It has worked when the member buys something within 14 days."
        )


def test_every_event_that_a_campaign_may_hear_and_every_behavior_has_words():
    heard = set(trigger_events.all_events()) - {event_words.NOTICED}

    assert set(event_words.BEHAVIORS) == set(KINDS)
    assert set(event_words.EVENTS) - heard == set()
    # Corrections of the house, and what a promise still owes: nobody writes to members about them.
    assert heard - set(event_words.EVENTS) == {
        "loyalty.benefit.voided",
        "loyalty.challenge.prize_owed",
        "loyalty.challenge.undone",
        "loyalty.coupon.voided",
        "loyalty.points.adjusted",
        "loyalty.points.clawed_back",
        "loyalty.points.extension_undone",
        "loyalty.points.grant_undone",
        "loyalty.points.restored",
        "loyalty.prize.undone",
        "loyalty.referral.step_undone",
    }


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (1, "1 minute"),
        (90, "1 hour and 30 minutes"),
        (1440, "1 day"),
        (3000, "2 days and 2 hours"),
        (10080, "7 days"),
    ],
)
def test_durations_are_exact_in_the_largest_units(minutes, said):
    with translation.override("en"):
        assert durations.of_minutes(minutes) == said


def missing(*steps, arms=("a", "b")):
    flow = journeys.read(list(steps), arms=arms)
    return [
        (one.step, one.field, one.what, one.is_there)
        for one in journey_references.missing_references(flow)
    ]


def test_what_a_step_names_must_be_there_and_live(things):
    CouponType.objects.filter(code="off").update(state="STOPPED")
    Badge.objects.create(code="fan", name_en="Fan", is_active=False)
    Tag.objects.create(code="rich", name_en="Rich", origin="RULE")
    grant = {"kind": "GRANT"}

    assert missing(
        {**grant, "id": "g1", "what": "COUPON", "code": "off"},
        {**grant, "id": "g2", "what": "BADGE", "code": "fan"},
        {**grant, "id": "g3", "what": "BADGE", "code": "none"},
        {**grant, "id": "g4", "what": "TAG", "code": "rich"},
        {**grant, "id": "g5", "what": "TAG", "code": "vip"},
        made.message("SMS", template="gone", step="m1"),
        {"id": "w1", "kind": "WAIT_EVENT", "event": "members.member.erased", "minutes": 5},
        {"id": "w2", "kind": "WAIT_EVENT", "event": f"{event_words.NOTICED}:share", "minutes": 5},
    ) == [
        ("g1", "code", "COUPON", True),
        ("g2", "code", "BADGE", True),
        ("g3", "code", "BADGE", False),
        ("g4", "code", "TAG", True),
        ("m1", "template", "TEMPLATE", False),
        ("w1", "event", "EVENT", False),
    ]


def test_a_split_needs_two_variants():
    assert missing({"id": "s1", "kind": "SPLIT"}, arms=("a",)) == [("s1", "ways", "ARM", False)]
    assert missing({"id": "s1", "kind": "SPLIT"}) == []


def test_a_check_tells_what_nobody_comes_to(things):
    ends = {"id": "e1", "kind": "END"}
    both = {**STEPS[1], "yes": [ends], "no": [{"id": "e2", "kind": "END"}]}

    checked = journey_checks.check([both, STEPS[0]], [], shares={"a": 10_000})

    assert [(one.step, one.text) for one in checked.mistakes] == [
        (
            "steps[1]",
            "Nobody comes to this step: the journey has ended before it. Move it or delete it.",
        )
    ]
    assert checked.summary == "1 thing to mend"


def test_a_check_tells_values_of_conditions_that_are_gone(things):
    Tag.objects.filter(code="vip").delete()

    checked = journey_checks.check([STEPS[1]], [{"event": ""}], shares={"a": 10_000})

    assert [(one.step, one.field) for one in checked.mistakes] == [
        ("exits[0]", "event"),
        ("steps[0]", "condition"),
    ]


def test_a_template_of_a_message_is_named_by_its_name_in_the_reader_s_language(things):
    MessageTemplate.objects.filter(code="hello").update(name_zh="你好")

    with translation.override("zh-hans"):
        line = journey_sentences.of_campaign(Campaign(steps=[STEPS[2]]))[0]

    assert "你好" in line.text
