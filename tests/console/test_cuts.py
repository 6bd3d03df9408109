"""Cuts and weights in the console, classes as tags, and the tab of a member's metrics."""

from datetime import timedelta

import pytest
from django.urls import reverse

from analytics.models import AnalyticsPolicy, ClassTag, MemberScore
from analytics.selectors import policies
from members.models import ChangeRecord, Member, MemberTag, Tag
from tests import world
from tests.analytics import buyers
from tests.console import staff

pytestmark = pytest.mark.django_db
CUTS = "/console/analytics/analyticspolicy/"
TAGS = "/console/analytics/classtag/"


@pytest.fixture
def manager(shop):
    return staff.logged_in("chen", "marketing_manager")


def form(manager, address=f"{CUTS}add/", **changed):
    """What the browser sends after `changed` was typed."""
    shown = manager.get(address).context["adminform"].form
    filled = {name: shown[name].value() for name in shown.fields}
    return {**filled, **changed, "_save": "Save"}


def test_who_would_be_in_another_class_is_shown_before_cuts_are_saved(manager):
    day = (world.NOW - timedelta(days=1)).date()
    for member, ago in zip(
        buyers.members(3, joined_at=world.NOW - timedelta(days=400)), (1, 50, 70), strict=True
    ):
        buyers.bought(member, buyers.days_ago(day, ago))

    shown = staff.text(manager.post(f"{CUTS}add/", form(manager, decline_days=60)))

    assert "Who would be in another class" in shown
    assert "1 member would move" in shown
    stage = shown.split('aria-label="Life-cycle stage"')[1].split("</section>")[0]
    assert cells(stage) == [
        ("Acquisition", "0", "0", "0"),
        ("Growth", "3", "2", "-1"),
        ("Maturity", "0", "0", "0"),
        ("Decline", "0", "1", "+1"),
        ("Lost", "0", "0", "0"),
    ]
    assert not AnalyticsPolicy.objects.exists()


def cells(section):
    rows = section.split("<tbody>")[1].split("</tbody>")[0].split("</tr>")[:-1]
    told = []
    for row in rows:
        found = [cell.split(">", 1)[1].split("<")[0].strip() for cell in row.split("<td")[1:]]
        told.append(tuple(found))
    return told


def test_cuts_hold_once_they_are_confirmed_and_the_trail_says_so(manager):
    changed = form(
        manager, rfm_method="FIXED", rfm_cuts_m="100, 250.50, 1000, 5000", engagement_cuts="1,2,3,4"
    )
    manager.post(f"{CUTS}add/", {**changed, "_effects_seen": "1"})

    policy = policies.current()
    assert (policy.rfm_method, policy.rfm_cuts.m) == ("FIXED", (10_000, 25_050, 100_000, 500_000))
    assert (policy.rfm_cuts.r, policy.engagement_cuts) == ((30, 90, 180, 270), (1, 2, 3, 4))
    record = ChangeRecord.objects.get(table="analytics_analyticspolicy")
    assert (record.kind, record.row_id) == ("INSERT", "1")
    # One row: a second one can't be added, the first is changed in place.
    assert manager.get(f"{CUTS}add/").status_code == 403
    again = form(manager, f"{CUTS}1/change/", bounce_days=60)
    assert again["rfm_cuts_m"] == "100, 250.5, 1000, 5000"
    # It moves nobody: saved at once.
    assert manager.post(f"{CUTS}1/change/", again).status_code == 302
    assert policies.current().bounce_days == 60


def test_what_is_wrong_stands_at_its_field_and_changes_nothing(manager):
    filled = form(manager)
    wrong = {
        "rfm_cuts_f": ("2, 4, 8", "Four whole numbers are needed"),
        "rfm_cuts_r": ("30, 20, 40, 50", "each greater than the one before"),
        "lost_days": (90, "more days than the step before it"),
        "value_basic_amount": ("10000.01", "begin above what is high"),
        "health_r_percent": (31, "100 % together"),
        "health_warning": (101, "between 0 and 100"),
    }
    assert refused(manager, filled, wrong) == set(wrong)
    unread = {
        "engagement_cuts": ("a, b", "Numbers with commas between them"),
        "rfm_cuts_f": ("1.5, 2, 3, 4", "Numbers with commas between them"),
        "rfm_cuts_m": ("1, 2, 3, 1e999999", "Numbers with commas between them"),
    }
    assert refused(manager, filled, unread) == set(unread)
    assert not AnalyticsPolicy.objects.exists()


def refused(manager, filled, wrong):
    """The fields that bear the refusal that is expected."""
    typed = {name: value for name, (value, _refusal) in wrong.items()}
    errors = manager.post(f"{CUTS}add/", {**filled, **typed}).context["adminform"].form.errors
    return {name for name, (_value, told) in wrong.items() if told in str(errors.get(name, ""))}


def test_a_class_is_published_as_a_tag_and_taken_back(manager):
    tag = Tag.objects.create(code="mature", name_en="Mature")
    sent = {"chosen": "STAGE:maturity", "tag": tag.pk, "_save": "Save"}
    assert manager.post(f"{TAGS}add/", sent).status_code == 302
    row = ClassTag.objects.get()
    assert (row.kind, row.code, row.tag.origin) == ("STAGE", "maturity", "MODEL")
    MemberTag.objects.create(
        member=world.register(world.ALICE), tag=tag, origin="MODEL", created_at=world.NOW
    )

    again = manager.post(f"{TAGS}add/", sent)
    assert "published already" in str(again.context["adminform"].form.errors["chosen"])
    withdraw = reverse("admin:analytics_classtag_withdraw", args=[row.pk])
    manager.post(withdraw, {"_form_submitted": "on"})

    assert (ClassTag.objects.count(), MemberTag.objects.count()) == (0, 0)


def test_the_tab_of_metrics_says_scores_classes_and_the_parts_of_health(service, alice):
    page = staff.page(alice, "metrics")
    assert "Not scored yet" in staff.text(service.get(page))
    MemberScore.objects.create(
        member=alice, as_of_on="2026-03-01", recency_days=7, window_orders_count=2,
        window_net_amount=30_000, r_score=4, f_score=1, m_score=2, stage="growth", rfm_8="101",
        value_class="basic", health="18.33", health_before="50.00",
    )  # fmt: skip

    shown = staff.text(service.get(page))

    for told in ("18.3", "Below the warning of 30", "the night before 50.0", "Key, to develop"):
        assert told in shown
    # 30 · 3/4 of the 75 that are known.
    assert '<td class="number">30.0</td>' in shown
    assert shown.count("not known") == 2
    Member.objects.filter(pk=alice.pk).update(is_profiled=False)
    assert "objected to being profiled" in staff.text(service.get(page))
