"""The page that builds a journey: what it tells, what it keeps, whom it refuses."""

import json

import pytest
from django.urls import reverse

from campaigns.models import Campaign, CampaignVersion, Enrollment, Run, StepRecord
from campaigns.services import campaigns
from campaigns.services.campaigns import Draft
from loyalty.models import Tier
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import enroll
from tests.console import staff

pytestmark = pytest.mark.django_db
NOW = world.NOW
WAIT = {"id": "s1", "kind": "WAIT", "minutes": 30}
BOUGHT = {"event": "loyalty.order.recorded", "same": "product"}


@pytest.fixture
def campaign(keys_made, empty_cache):
    world.open_shop()
    made.template(name_en="Hello")
    values = {"steps": [WAIT, made.message("SMS")], "exits": [BOUGHT]}
    return campaigns.create(
        draft=Draft(code="news", name_en="News", values=values), actor=None, at=NOW
    )


@pytest.fixture
def marketer(campaign):
    return staff.logged_in("li", "marketer")


def address(campaign, deed=""):
    return reverse(f"admin:campaigns_campaign_journey{deed}", args=[campaign.pk])


def post(browser, campaign, deed, **sent):
    body = {"steps": [WAIT], "exits": [], **sent}
    answer = browser.post(
        address(campaign, deed), json.dumps(body), content_type="application/json"
    )
    return answer.status_code, answer.json()


def test_the_page_brings_steps_sentences_and_what_can_be_chosen(marketer, campaign):
    shown = staff.text(marketer.get(address(campaign)))

    known = json.loads(shown.split('id="journey-known" type="application/json">')[1].split("<")[0])
    assert known["steps"] == campaign.steps
    assert known["checked"]["sentences"]["steps[1]"] == "Send “Hello” by SMS"
    assert known["checked"]["exits"] == ["It ends at once for a member who buys it."]
    assert known["lists"]["TEMPLATE"] == [["hello", "Hello"]]
    assert "It isn&#x27;t said yet" not in shown
    assert "Once, as soon as it is approved and started." in shown


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_opens_in_both_languages(campaign, language):
    browser = staff.logged_in("li", "marketer", language=language)

    assert "journey-known" in staff.text(browser.get(address(campaign)))


def test_a_check_tells_sentences_and_mistakes_and_keeps_nothing(marketer, campaign):
    status, told = post(marketer, campaign, "_check", steps=[{**WAIT, "minutes": 0}, WAIT])

    assert status == 200
    assert told["sentences"] == {"steps[1]": "Wait 30 minutes"}
    assert told["mistakes"] == [
        {
            "step": "steps[0]",
            "field": "minutes",
            "text": "Give a whole number from 1 to 527040.",
        }
    ]
    assert told["summary"] == "1 thing to mend"
    campaign.refresh_from_db()
    assert len(campaign.steps) == 2


def test_steps_are_kept_with_their_mistakes(marketer, campaign):
    bad = [{**WAIT, "minutes": 0}]

    status, told = post(
        marketer, campaign, "_save", steps=bad, expected=campaigns.fingerprint(campaign)
    )

    campaign.refresh_from_db()
    assert (status, campaign.steps, campaign.exits) == (200, bad, [])
    assert told["fingerprint"] == campaigns.fingerprint(campaign)


def test_values_that_an_exit_asks_for_are_kept_and_told(marketer, campaign):
    lifted = {"event": "loyalty.tier.upgraded", "same": "", "matches": {"to_tier": "gold"}}
    expected = campaigns.fingerprint(campaign)

    _status, told = post(marketer, campaign, "_save", exits=[lifted], expected=expected)

    campaign.refresh_from_db()
    assert campaign.exits == [lifted]
    name = Tier.objects.get(code="gold").name_en
    assert told["exits"] == [f"It ends at once for a member who reaches a higher tier ({name})."]


def test_of_two_who_build_at_once_the_second_is_told_and_may_save_over_it(marketer, campaign):
    seen = campaigns.fingerprint(campaign)
    post(marketer, campaign, "_save", steps=[{**WAIT, "minutes": 45}], expected=seen)

    status, told = post(marketer, campaign, "_save", expected=seen)

    campaign.refresh_from_db()
    assert (status, told["code"]) == (409, "changed_meanwhile")
    assert campaign.steps[0]["minutes"] == 45
    status, _told = post(marketer, campaign, "_save", expected=told["fingerprint"])
    campaign.refresh_from_db()
    assert (status, campaign.steps) == (200, [WAIT])


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"steps": 1, "exits": []}',
        '{"steps": [[]], "exits": []}',
        '{"steps": [{"id": "a\\u0000"}], "exits": []}',
        '{"steps": [{"id": "\\ud800"}], "exits": []}',
        '{"steps": [{"minutes": NaN}], "exits": []}',
        '{"steps": [' + '{"yes": [' * 300 + "]}" * 300 + '], "exits": []}',
        '{"steps": [' + '{"yes": [' * 5000 + "]}" * 5000 + '], "exits": []}',
    ],
)
@pytest.mark.parametrize("deed", ["_save", "_check"])
def test_what_is_no_journey_is_refused_and_nothing_changes(marketer, campaign, body, deed):
    answer = marketer.post(address(campaign, deed), body, content_type="application/json")

    # A tree that nests deep, with kinds that branch or without, is told its mistakes.
    assert answer.status_code in (400, 409, 422) or answer.json()["mistakes"]
    campaign.refresh_from_db()
    assert len(campaign.steps) == 2


@pytest.mark.parametrize(
    "exits", [[{"event": ""}], [{"event": "x" * 61}], [{"event": "a", "same": "b"}], [BOUGHT] * 11]
)
def test_exits_that_say_nothing_are_refused(marketer, campaign, exits):
    status, _told = post(
        marketer, campaign, "_save", exits=exits, expected=campaigns.fingerprint(campaign)
    )

    assert status in (400, 422)


def test_of_a_running_campaign_the_page_shows_where_members_are(marketer, campaign):
    Campaign.objects.filter(pk=campaign.pk).delete()
    running = made.running(
        "live", steps=[WAIT, {"id": "b1", "kind": "BRANCH", "condition": made.EVERYBODY}]
    )
    assert running.version is not None
    run = Run.objects.filter(campaign=running).first() or Run.objects.create(
        campaign=running, version=running.version, key="v1", kind="STANDING", due_at=NOW,
        started_at=NOW, state="RUNNING",
    )  # fmt: skip
    member = enroll()
    for number, step in enumerate(["s1", "s1", ""]):
        row = Enrollment.objects.create(
            run=run, campaign=running, version=running.version, member=member,
            bucket=1, arm="a",
            entry_key=f"k{number}", state="WAITING" if step else "DONE", step=step,
            entered_at=NOW, ended_at=None if step else NOW,
        )  # fmt: skip
    StepRecord.objects.create(
        enrollment=row, step="b1", kind="BRANCH", outcome="YES", recorded_at=NOW
    )

    shown = staff.text(marketer.get(address(running)))

    assert "journey-known" not in shown
    assert "2 members are here" in shown
    assert "Then · 1 member" in shown
    assert "Otherwise · 0 members" in shown
    status, _told = post(marketer, running, "_save", expected=campaigns.fingerprint(running))
    assert status == 409


def test_who_only_reads_sees_the_steps_and_builds_nothing(campaign):
    analyst = staff.logged_in("zhou", "analyst")

    shown = staff.text(analyst.get(address(campaign)))

    assert "Wait 30 minutes" in shown
    assert "journey-known" not in shown
    assert analyst.post(address(campaign, "_save"), "{}", content_type="x").status_code == 403


def test_a_version_that_is_no_version_shows_the_draft(marketer, campaign):
    assert not CampaignVersion.objects.exists()

    assert "Wait 30 minutes" in staff.text(marketer.get(f"{address(campaign)}?version=x"))
