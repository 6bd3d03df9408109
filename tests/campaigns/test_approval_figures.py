"""What a request to start a campaign binds, as whoever decides reads it: for each of the six ways
in which campaigns begin."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from campaigns.admin import campaign_requests
from campaigns.models import Campaign
from campaigns.services import campaign_bounds, campaigns
from loyalty.services import programs
from members.services import approvals
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import enroll
from tests.loyalty import coupon_shop

pytestmark = pytest.mark.django_db
NOW = world.NOW
# 50 points worth ¥0.01 each.
POINTS = {"id": "g1", "kind": "GRANT", "what": "POINTS", "points": 50}
MONDAYS = {"clock": "15:00", "weekdays": [0]}
EVENT = {"event": "loyalty.order.recorded"}
# Three Mondays at 15:00 in Shanghai lie before: that of today too.
END = NOW + timedelta(days=20)
UNTIL = "22 Mar 2026, 14:00"
ENDLESS = "Largest liability in all: without a limit, since "
AGAIN = f"{ENDLESS}each run may cost so much again. A day on which it ends would set one."
WHOEVER = f"{ENDLESS}whoever it happens to comes in. A limit of members would set one."
EACH = "Gifts for each member: at most ¥0.50 each time;"
BIRTHDAY = {"date": "BIRTHDAY", "days": 0, "clock": "09:00"}
STATE = {"clock": "10:00"}


@pytest.fixture
def ten(shop):
    return [enroll(email=f"m{number}@example.org") for number in range(10)]


def draft(entry, rule, **values):
    made.template()
    said = {
        "entry": entry,
        "entry_rule": rule,
        "condition": made.EVERYBODY,
        "steps": [POINTS],
        **values,
    }
    return campaigns.create(
        draft=campaigns.Draft(code="news", name_en="News", values=said), actor=None, at=NOW
    )


def told(campaign, people, language="en"):
    request = campaigns.submit(campaign_id=campaign.pk, reason="go", maker=people[0], at=NOW)
    with translation.override(language), timezone.override(programs.current().zone):
        return campaign_requests.tell(request)


SIX = [
    (
        "NOW",
        {},
        {},
        [
            "Audience: at most 21 members; there were 10 when it was asked.",
            f"{EACH} they come in once.",
            "Largest liability in all: ¥10.50.",
        ],
    ),
    (
        "AT",
        {"at": (NOW + timedelta(hours=1)).isoformat()},
        {"audience_limit": 7},
        [
            "Audience: at most 7 members.",
            f"{EACH} they come in once.",
            "Largest liability in all: ¥3.50.",
        ],
    ),
    (
        "RECURRING",
        MONDAYS,
        {},
        [
            "Audience: at most 21 members in each run; there were 10 when it was asked.",
            f"{EACH} they may come in with every run.",
            "For each run: at most ¥10.50.",
            AGAIN,
        ],
    ),
    (
        "RECURRING",
        MONDAYS,
        {"ends_at": END, "re_entry_days": 14, "audience_limit": 30, "budget_amount": 5_000},
        [
            "Audience: at most 30 members in each run.",
            f"{EACH} they may come in again after 14 days.",
            "For each run: at most ¥15.00.",
            f"Largest liability in all: ¥45.00, in 3 runs until {UNTIL}.",
            "Sending messages isn't in it: it may cost ¥50.00 in all.",
        ],
    ),
    (
        "DATE",
        BIRTHDAY,
        {"ends_at": END},
        [
            (
                "Audience: at most 10 members in each run; 0 on the fullest day of the year "
                "when it was asked."
            ),
            f"{EACH} they come in once a year.",
            "For each run: at most ¥5.00.",
            f"Largest liability in all: ¥100.00, in 20 runs until {UNTIL}.",
        ],
    ),
    (
        "STATE",
        STATE,
        {},
        [
            "Audience: at most 21 members in each run; there were 10 when it was asked.",
            f"{EACH} they come in once.",
            "For each run: at most ¥10.50.",
            AGAIN,
        ],
    ),
    (
        "EVENT",
        EVENT,
        {},
        [
            "Audience: whoever comes, without a limit of members.",
            f"{EACH} they come in each time it happens.",
            WHOEVER,
        ],
    ),
    (
        "EVENT",
        {**EVENT, "keys": ["order", "day"]},
        {"audience_limit": 1_000},
        [
            "Audience: at most 1,000 members in all; who comes in again counts again.",
            f"{EACH} they come in once for each order and day.",
            "Largest liability in all: ¥500.00.",
        ],
    ),
]


@pytest.mark.parametrize(("entry", "rule", "values", "sentences"), SIX)
def test_each_way_of_beginning_says_what_is_bound_for_each_for_a_run_and_in_all(
    ten, people, entry, rule, values, sentences
):
    said = told(draft(entry, rule, **values), people)
    last = "Sending messages isn't in it, and has no budget."
    expected = sentences if "budget_amount" in values else [*sentences, last]
    assert said[: len(expected)] == expected


def test_what_has_no_figure_is_named(ten, people):
    coupon_shop.live("free", kind="PERCENT_OFF", amount=0, off_basis_points=1_000)
    steps = [{"id": "g1", "kind": "GRANT", "what": "COUPON", "code": "free"}]
    said = told(draft("NOW", {}, steps=steps), people)
    assert said[1:3] == [
        "Largest liability: ¥0.00.",
        "Not in it, since the cart decides what they cost: free.",
    ]


def test_a_run_that_goes_on_counts_beside_those_to_come(ten, people):
    campaign = made.running(
        entry="RECURRING",
        entry_rule=MONDAYS,
        condition=made.EVERYBODY,
        steps=[POINTS],
        ends_at=END,
    )
    hour = NOW + timedelta(hours=1)
    made.run_through(at=hour)
    campaign.refresh_from_db()
    assert campaign_bounds.of_campaign(campaign, hour).runs_count == 3
    assert campaign_bounds.of_campaign(campaign, NOW).runs_count == 4


def test_the_figure_of_each_run_is_kept_with_the_approval(ten, people):
    campaign = draft("RECURRING", MONDAYS, ends_at=END)
    request = campaigns.submit(campaign_id=campaign.pk, reason="go", maker=people[0], at=NOW)
    approvals.approve(request_id=request.pk, checker=people[1], at=NOW)
    campaign = Campaign.objects.get()
    assert (campaign.approved_members_count, campaign.approved_liability_amount) == (21, 1_050)
    assert request.payload["liability_in_all_amount"] == 3_150
