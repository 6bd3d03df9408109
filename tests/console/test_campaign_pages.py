"""A campaign's page: what it does, how far it is, and what is done with it."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from campaigns.models import Campaign, Delivery, Enrollment, Run
from campaigns.selectors import run_progress
from campaigns.services import campaigns, deliveries, runs
from members.models import ApprovalRequest, AuditRecord
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import enroll
from tests.console import staff
from tests.console.wizard_desk import draft, page

pytestmark = pytest.mark.django_db
LIST = "/console/campaigns/campaign/"
NOW = world.NOW
HOUR = NOW + timedelta(hours=1)
EVERYBODY = {"all": [{"field": "member.joined_days", "op": "gte", "value": 0}]}


@pytest.fixture
def mia(shop):
    return staff.logged_in("mia", "marketer")


@pytest.fixture
def ran(shop):
    """A run of five members, of whom three may be written to."""
    for number in range(5):
        enroll(email=f"m{number}@example.org", consents=world.yes("INBOX") if number < 3 else ())
    made.running(
        entry="AT",
        entry_rule={"at": HOUR.isoformat()},
        condition=EVERYBODY,
        late_policy="SEND",
    )
    made.run_through(at=HOUR)
    return Campaign.objects.get(code="news")


def act(browser, campaign, deed, **said):
    return browser.post(page(campaign, deed), {"_form_submitted": "true", **said})


# How far it is


def test_the_page_tells_what_it_does_and_how_far_it_is(mia, ran):
    shown = staff.text(mia.get(page(ran)))

    assert "Send “hello” to the inbox" in shown
    assert "The states make 5: all of the 5 who were frozen." in shown
    assert "No consent" in shown
    assert "data-progress" in shown


def test_the_figures_come_as_json_and_end_with_the_run(mia, ran):
    before = mia.get(page(ran, "progress")).json()
    while deliveries.send_due(at=HOUR):
        pass
    runs.settle(at=HOUR)
    after = mia.get(page(ran, "progress")).json()

    told = [(one["state"], one["reason"], one["count"]) for one in before["run"]["members"]]
    assert told == [("Through", "", 3), ("Left out", "No consent", 2)]
    assert [(one["state"], one["count"]) for one in before["run"]["messages"]] == [("Queued", 3)]
    assert (before["run"]["percent"], before["is_changing"]) == (100.0, True)
    assert [(one["state"], one["count"]) for one in after["run"]["messages"]] == [("Sent", 3)]
    assert (after["campaign_state"], after["is_changing"]) == ("FINISHED", False)


def test_members_by_state_make_the_snapshot_or_it_is_told(ran):
    run = Run.objects.get()
    found = run_progress.of_run(run, at=HOUR)
    assert (found.enrolled_count, found.ended_count, found.is_conserved) == (5, 5, True)

    Enrollment.objects.filter(state="DONE").update(state="WAITING", ended_at=None)
    assert run_progress.of_run(run, at=HOUR).percent == 40.0
    Delivery.objects.all().delete()
    Enrollment.objects.filter(state="WAITING").first().delete()
    assert run_progress.of_run(run, at=HOUR).is_conserved is False


def test_a_hundred_percent_is_shown_for_nothing_less():
    assert [run_progress._share(*one) for one in ((999_999, 1_000_000), (5, 5), (0, 0))] == [
        99.9,
        100.0,
        100.0,
    ]


def test_who_comes_one_by_one_has_no_percent(mia):
    campaign = made.running()

    shown = mia.get(page(campaign, "progress")).json()

    assert (shown["run"], shown["is_changing"]) == (None, False)


def test_page_list_and_calendar_stay_within_20_queries(mia, ran, django_assert_max_num_queries):
    for path in (LIST, page(ran), LIST + "calendar/", page(ran, "progress")):
        mia.get(path)
        with django_assert_max_num_queries(staff.MOST_QUERIES):
            mia.get(path)


def test_the_list_shows_state_and_progress_and_is_narrowed_by_both(mia, ran):
    draft()

    assert "99.9" not in staff.text(mia.get(LIST))
    assert 'aria-valuenow="100.0"' in staff.text(mia.get(LIST))
    found = mia.get(LIST, {"state__exact": "DRAFT", "goal__exact": "RETAIN"}).context["cl"]
    assert [one.code for one in found.result_list] == ["campaign"]


def test_the_forecast_is_a_waterfall_in_the_order_of_the_gate_with_its_table(mia):
    for number in range(4):
        enroll(email=f"m{number}@example.org", consents=world.yes("INBOX") if number else ())
    campaign = draft(steps=[made.message("INBOX")], condition=EVERYBODY)

    shown = " ".join(staff.text(mia.get(page(campaign, "forecast"))).split())

    assert '<th scope="row">Audience</th><td>4</td><td>4</td>' in shown
    assert '<th scope="row">No consent</th><td>−1</td><td>3</td>' in shown
    assert '<th scope="row">Would be written to</th><td>3</td><td>3</td>' in shown


def test_a_draft_that_is_not_whole_says_so_instead_of_a_forecast(mia):
    campaign = draft(entry="AT", entry_rule={})

    assert "something is missing" in staff.text(mia.get(page(campaign, "forecast")))


# Approval


def test_the_second_person_reads_content_audience_and_liability(mia):
    enroll()
    campaign = draft(
        name_en="Spring",
        steps=[
            {"id": "s1", "kind": "GRANT", "what": "POINTS", "points": 100},
            made.message("INBOX"),
        ],
        condition=EVERYBODY,
        audience_limit=50,
    )
    maker = world.operator("maker", role="marketer")
    asked = campaigns.submit(campaign_id=campaign.pk, reason="ready", maker=maker, at=NOW)
    manager = staff.logged_in("chen", "marketing_manager")

    shown = staff.text(
        manager.get(reverse("admin:members_approvalrequest_change", args=[asked.pk]))
    )

    assert "Audience: at most 50 members." in shown
    assert "Largest liability in all: ¥50.00." in shown
    assert "Give 100 points" in shown
    assert f'href="{page(campaign)}"' in shown
    assert "ready" in staff.text(manager.get(page(campaign)))


def test_nobody_approves_their_own_and_another_s_approval_lets_it_run(shop):
    enroll()
    campaign = draft(steps=[made.message("INBOX")], condition=EVERYBODY)
    manager = staff.logged_in("chen", "marketing_manager")
    manager.post(
        reverse("admin:campaigns_campaign_step", args=[campaign.pk, 5]), {"reason": "mine"}
    )
    asked = ApprovalRequest.objects.get()
    approve = reverse("admin:members_approvalrequest_approve", args=[asked.pk])

    sent = {"_form_submitted": "true", "note": ""}

    own = manager.post(approve, sent)
    campaign.refresh_from_db()
    before = campaign.state
    other = staff.logged_in("wu", "marketing_manager").post(approve, sent)

    campaign.refresh_from_db()
    assert (own.status_code, other.status_code) == (403, 200)
    assert (before, campaign.state) == ("IN_REVIEW", "SCHEDULED")


# Deeds


def test_pausing_going_on_and_stopping_say_why_and_are_audited(mia):
    campaign = made.running()

    act(mia, campaign, "pause", note="wrong price")
    campaign.refresh_from_db()
    assert (campaign.state, campaign.pause_reason) == ("PAUSED", "wrong price")
    assert "wrong price" in staff.text(mia.get(page(campaign)))
    act(mia, campaign, "resume", note="price was mended")
    campaign.refresh_from_db()
    assert campaign.state == "RUNNING"
    refused = staff.text(act(mia, campaign, "kill", note="no more", code="another"))
    assert "it is news." in refused
    act(mia, campaign, "kill", note="no more", code="news")
    campaign.refresh_from_db()

    assert campaign.state == "KILLED"
    told = AuditRecord.objects.filter(action__startswith="campaign.").order_by("pk")
    assert [(one.action, one.reason) for one in told] == [
        ("campaign.pause", "wrong price"),
        ("campaign.resume", "price was mended"),
        ("campaign.kill", "no more"),
    ]


def test_a_deed_without_a_reason_does_nothing(mia):
    campaign = made.running()

    act(mia, campaign, "pause", note="")

    campaign.refresh_from_db()
    assert campaign.state == "RUNNING"


def test_a_copy_is_a_draft_of_its_own_and_sent_twice_is_one(mia):
    campaign = made.running(control_share=1_000, audience_limit=7)
    said = {"reason": "next month", "submission": str(uuid.uuid4())}

    for _again in range(2):
        act(mia, campaign, "copy", **said)

    copied = Campaign.objects.get(code="news-2")
    assert (copied.state, copied.name_en, copied.steps) == ("DRAFT", "news (copy)", campaign.steps)
    assert (copied.control_share, copied.audience_limit) == (1_000, 7)
    assert copied.salt != campaign.salt
    assert Campaign.objects.count() == 2


def test_deeds_that_do_not_fit_the_state_are_not_offered(mia):
    running, fresh = made.running(), draft()

    def offered(campaign):
        shown = staff.text(mia.get(page(campaign)))
        deeds = ("pause", "resume", "kill", "copy")
        return [one for one in deeds if page(campaign, one) in shown]

    assert offered(running) == ["pause", "kill", "copy"]
    assert offered(fresh) == ["copy"]


def test_who_only_looks_sees_the_page_without_deeds(shop):
    campaign = made.running()
    for role in ("analyst", "auditor"):
        browser = staff.logged_in(f"x-{role}", role)
        shown = staff.text(browser.get(page(campaign)))
        assert "What the campaign does" in shown
        assert page(campaign, "pause") not in shown
        assert act(browser, campaign, "pause", note="x").status_code == 403

    campaign.refresh_from_db()
    assert campaign.state == "RUNNING"


# Finding them


def test_the_palette_finds_campaigns_by_name_for_who_may_see_them(shop):
    Campaign.objects.create(code="spring", name_zh="春季上新", name_en="Spring")
    marketer, clerk = staff.logged_in("mia", "marketer"), staff.logged_in("qi", "clerk", ["SH01"])

    assert "/console/campaigns/campaign/" in staff.text(
        marketer.post("/console/search/", {"s": "春季"})
    )
    assert "春季上新" not in staff.text(clerk.post("/console/search/", {"s": "春季"}))


def test_the_calendar_shows_a_month_and_a_week(mia, ran):
    month = staff.text(mia.get(LIST + "calendar/"))
    week = staff.text(mia.get(LIST + "calendar/", {"by": "week", "on": "2026-03-02"}))
    odd = mia.get(LIST + "calendar/", {"on": "9999-99-99", "share": "x", "by": "year"})

    assert "March 2026" in month
    assert f"{page(ran)}?run={Run.objects.get().pk}" in month
    assert "is-week" in week
    assert odd.status_code == 200
