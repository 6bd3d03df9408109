"""The registers of privacy at the console, and what the public reads of them."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client

from members.models import Breach, Job, LegalHold, Member, PolicyDocument, RetentionRule
from members.services import breaches, members, register_defaults
from tests import world
from tests.console import staff

pytestmark = pytest.mark.django_db
CONSOLE = "/console/members/"


@pytest.fixture
def dpo(shop):
    register_defaults.install()
    return staff.logged_in("wei", "dpo")


def when(prefix, at):
    return {f"{prefix}_0": f"{at:%Y-%m-%d}", f"{prefix}_1": f"{at:%H:%M:%S}"}


def policy(**changes):
    told = {
        "kind": "PRIVACY",
        "version": "2026-03",
        "language": "en",
        "title": "Privacy <policy>",
        "text": "We keep your phone.\n\nNo more.",
        **when("effective_at", world.NOW),
    }
    return told | changes


def test_a_policy_is_published_by_a_form_and_read_by_everybody(dpo):
    answer = dpo.post(f"{CONSOLE}policydocument/add/", policy())
    assert answer.status_code == 302, answer.content

    stored = PolicyDocument.objects.get()
    visitor = Client(headers={"Accept-Language": "zh-hans"})
    index = staff.text(visitor.get("/privacy/"))
    assert stored.sha256 in index
    assert "Marketing messages" in staff.text(visitor.get("/privacy/?language=en"))
    read = staff.text(visitor.get("/privacy/privacy/2026-03/?language=en"))
    assert "Privacy &lt;policy&gt;" in read
    assert visitor.get("/privacy/privacy/2027-01/").status_code == 404
    assert visitor.get("/privacy/nothing/2026-03/").status_code == 404


def test_another_text_for_a_published_version_stays_in_the_form(dpo):
    dpo.post(f"{CONSOLE}policydocument/add/", policy())

    later = policy(language="zh-hans", **when("effective_at", world.NOW + timedelta(days=1)))
    shown = staff.text(dpo.post(f"{CONSOLE}policydocument/add/", later))

    assert "holds from another instant" in shown
    assert PolicyDocument.objects.count() == 1


def test_a_breach_is_recorded_by_a_form_and_printed(dpo):
    told = {
        "title": "A lost laptop",
        "what_happened": "With a list",
        "severity": "HIGH",
        "affected_count": "12",
        "categories": ["CONTACT"],
        **when("discovered_at", world.NOW - timedelta(hours=1)),
        "occurred_at_0": "",
        "occurred_at_1": "",
    }
    answer = dpo.post(f"{CONSOLE}breach/add/", told)
    assert answer.status_code == 302, answer.content

    breach = Breach.objects.get()
    assert breach.duties.count() == 4
    shown = staff.text(dpo.get(f"{CONSOLE}breach/"))
    assert "left" in shown or "late" in shown
    assert "With a list" in staff.text(dpo.get(f"{CONSOLE}breach/{breach.pk}/printed/"))


def test_duties_are_noted_in_a_dialog_and_a_refusal_stays_in_it(dpo):
    found = breaches.Found(
        title="x", description="x", severity="LOW", discovered_at=world.NOW - timedelta(hours=1)
    )
    breach = breaches.record(found=found, at=world.NOW)
    page = f"{CONSOLE}breach/{breach.pk}"

    def send(step, **told):
        return dpo.post(f"{page}/{step}/", {"_form_submitted": "on", **told})

    assert "contained" in send("close").content.decode()
    assert Breach.objects.get().state == "OPEN"
    send("mark-done", kind="MANAGEMENT", note="by phone, no. 7")
    send("contain", affected_count="3")
    send("close")
    assert Breach.objects.get().state == "CLOSED"


def test_a_retention_run_is_seen_before_it_is_started(dpo):
    shown = staff.text(dpo.get(f"{CONSOLE}retentionrule/due/"))
    assert "Answers kept for repeats of API calls" in shown

    dpo.post(f"{CONSOLE}retentionrule/due/")
    assert Job.objects.get(kind="members.retention").state == "QUEUED"


def test_a_rule_below_the_minimum_stays_in_the_form(dpo):
    rule = RetentionRule.objects.get(category="members.answers")
    address = f"{CONSOLE}retentionrule/{rule.pk}/change/"

    shown = staff.text(dpo.post(address, {"days": "3", "is_active": "on"}))

    assert "kept longer" in shown
    assert RetentionRule.objects.get(pk=rule.pk).days == 7


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_inventory_is_read_in_the_reader_s_language(shop, language):
    browser = staff.logged_in("wei", "dpo", language=language)

    shown = staff.text(browser.get(f"{CONSOLE}processingpurpose/inventory/"))

    assert "members.guardianconsent.name" in shown
    assert ("盲索引" in shown) == (language == "zh-hans")


def test_a_parent_s_consent_a_hold_and_an_objection_are_noted_on_the_member_s_page(dpo, alice):
    members.update(member_id=alice.pk, changes={"birthday": date(2015, 5, 17)}, at=world.NOW)
    page = f"{CONSOLE}member/{alice.pk}"
    assert "no parent has agreed" in staff.text(dpo.get(staff.page(alice)))

    def send(path, **told):
        form = {"_form_submitted": "on", "submission": str(uuid4()), **told}
        answer = dpo.post(f"{page}/{path}/", form)
        assert "HX-Redirect" in answer.headers, answer.content.decode()

    send("guardian-consent", what="AGREED", name="张妈妈", phone="", verified_how="ID_SEEN")
    send("legal-hold", what="PLACE", reason="a court asked")
    send("objection", what="REFUSE")

    shown = staff.text(dpo.get(staff.page(alice, "protection")))
    assert "no parent has agreed" not in shown
    assert "张妈妈" not in shown
    assert "Under a legal hold" in shown
    assert LegalHold.objects.filter(member=alice, ended_at=None).exists()
    assert not Member.objects.get(pk=alice.pk).is_profiled
