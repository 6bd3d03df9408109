"""Duplicates and merges at the console: the queue, the preview, four eyes, taking it back."""

from typing import Any

import pytest

from members.models import ApprovalRequest, DuplicateCandidate, Member, MemberMerge
from members.services import duplicates, jobs
from members.services.identities import IdentityClaim
from members.services.members import Registration
from tests import world
from tests.console import staff
from tests.loyalty import till
from tests.world import BOB_PHONE, NOW

pytestmark = pytest.mark.django_db
PAIRS = "/console/members/duplicatecandidate/"
MERGES = "/console/members/membermerge/"
REQUESTS = "/console/members/approvalrequest/"


@pytest.fixture
def boss(shop):
    return staff.logged_in("boss", "administrator")


@pytest.fixture
def pair(alice) -> DuplicateCandidate:
    claims = (IdentityClaim("PHONE", BOB_PHONE), IdentityClaim("EMAIL", "ali.ce@example.org"))
    world.register(Registration(identities=claims, name="张爱丽", store="SH01", channel="pos"))
    list(duplicates.find(at=NOW))
    return DuplicateCandidate.objects.get()


def preview(one: Member, other: Member) -> str:
    return f"{MERGES}preview/{one.pk}/{other.pk}/"


def deed(browser: Any, url: str, **fields: Any) -> Any:
    return browser.post(url, {"_form_submitted": "on", **fields})


def decide(browser: Any, deed_name: str = "approve") -> ApprovalRequest:
    request = ApprovalRequest.objects.latest("pk")
    deed(browser, f"{REQUESTS}{request.pk}/{deed_name}/", note="seen")
    request.refresh_from_db()
    return request


def test_the_queue_shows_both_cards_masked_and_why(service, pair):
    shown = staff.text(service.get(f"{PAIRS}?state__exact=OPEN"))
    assert "same e-mail, same name, same store" in shown
    assert "138****8000" in shown
    assert "139****9000" in shown
    assert "ali.ce" not in shown
    page = staff.text(service.get(f"{PAIRS}{pair.pk}/change/"))
    assert "same e-mail (+70)" in page


def test_a_pair_is_dismissed_with_a_note_and_looked_at_again(service, pair):
    deed(service, f"{PAIRS}{pair.pk}/dismiss/", note="")
    assert DuplicateCandidate.objects.get().state == "OPEN"
    deed(service, f"{PAIRS}{pair.pk}/dismiss/", note="mother and daughter")
    pair.refresh_from_db()
    assert (pair.state, pair.note) == ("DISMISSED", "mother and daughter")
    deed(service, f"{PAIRS}{pair.pk}/reopen/", note="asked them")
    assert DuplicateCandidate.objects.get().state == "OPEN"


def test_looking_now_is_a_job(service, pair):
    pair.delete()
    deed(service, f"{PAIRS}look/")
    job = jobs.Job.objects.get(kind=duplicates.KIND)
    jobs.run(job_id=job.pk, clock=lambda: NOW)
    assert DuplicateCandidate.objects.count() == 1


def test_merge_of_a_pair_leads_to_the_preview_which_changes_nothing(service, pair):
    till.sell("b-1", till.line("1", 6_000), phone=BOB_PHONE, when=NOW)
    answer = deed(service, f"{PAIRS}{pair.pk}/merge/")
    url = preview(pair.first, pair.second)
    assert answer["HX-Redirect"] == url
    shown = staff.text(service.get(url))
    for text in (pair.first.card_number, pair.second.card_number, "Points that can be used"):
        assert text in shown
    assert "138****8000" in shown
    # Afterwards, bold: the other card's points and both phones.
    assert '<td class="merge-changed">60</td>' in shown
    assert MemberMerge.objects.count() == 0
    assert Member.objects.get(pk=pair.second_id).state == "ACTIVE"


def test_a_merge_needs_a_second_person_who_sees_the_same_page(service, boss, pair):
    till.sell("b-1", till.line("1", 6_000), phone=BOB_PHONE, when=NOW)
    url = preview(pair.first, pair.second)
    assert service.post(url, {"reason": "showed both cards"}).status_code == 302
    request = ApprovalRequest.objects.get()
    service.post(url, {"reason": "again"})
    assert ApprovalRequest.objects.count() == 1
    page = staff.text(boss.get(f"{REQUESTS}{request.pk}/change/"))
    assert url in page
    assert staff.text(boss.get(url)).count(pair.second.card_number) >= 1
    assert decide(boss).status == "APPROVED"
    merge = MemberMerge.objects.get()
    assert (merge.survivor_id, merge.retired_id) == (pair.first_id, pair.second_id)
    assert (merge.reason, merge.actor.username) == ("showed both cards", "sun")
    assert till.balances(pair.first) == (0, 60, 0)
    pair.refresh_from_db()
    assert pair.state == "MERGED"


def test_the_preview_says_that_somebody_has_asked_already(service, boss, pair):
    url = preview(pair.first, pair.second)
    service.post(url, {"reason": "one person"})

    for browser in (service, boss):
        again = staff.text(browser.get(url))
        assert "it waits for a second person" in again
        assert 'name="reason"' not in again
        assert "Afterwards" in again

    assert service.post(url, {"reason": "again"}).status_code == 200
    assert ApprovalRequest.objects.count() == 1


def test_a_merge_is_taken_back_by_two_people(service, boss, pair):
    service.post(preview(pair.first, pair.second), {"reason": "one person"})
    decide(boss)
    merge = MemberMerge.objects.get()
    page = staff.text(service.get(f"{MERGES}{merge.pk}/change/"))
    assert "Nothing has happened since" in page
    deed(service, f"{MERGES}{merge.pk}/undo/", note="two people after all")
    assert decide(boss).status == "APPROVED"
    merge.refresh_from_db()
    assert merge.undone_at == NOW
    assert Member.objects.get(pk=pair.second_id).state == "ACTIVE"
    assert "Taken back" in staff.text(service.get(MERGES))


def test_why_a_merge_stays_is_said_in_words(service, boss, pair):
    service.post(preview(pair.first, pair.second), {"reason": "one person"})
    decide(boss)
    till.sell("b-1", till.line("1", 6_000), phone=BOB_PHONE, when=NOW)
    merge = MemberMerge.objects.get()
    answer = deed(service, f"{MERGES}{merge.pk}/undo/", note="two people")
    assert "Points moved since" in answer.content.decode()
    assert ApprovalRequest.objects.filter(action="members.unmerge").count() == 0


def test_a_member_that_changed_meanwhile_makes_the_request_stale(service, boss, pair):
    service.post(preview(pair.first, pair.second), {"reason": "one person"})
    Member.objects.filter(pk=pair.second_id).update(version=7)
    assert decide(boss).status == "STALE"
    assert MemberMerge.objects.count() == 0


def test_a_store_sees_pairs_and_merges_of_its_own_members_alone(pair, bob):
    url = preview(pair.first, bob)
    other = staff.logged_in("beijing", "store_manager", ["BJ01"])
    assert "138****8000" not in staff.text(other.get(PAIRS))
    assert other.get(f"{PAIRS}{pair.pk}/change/").status_code == 404
    assert other.get(url).status_code == 404
    assert other.post(url, {"reason": "mine"}).status_code == 404
    assert ApprovalRequest.objects.count() == 0


def test_an_approver_of_one_store_can_not_merge_a_card_of_another(service, pair):
    service.post(preview(pair.first, pair.second), {"reason": "one person"})
    Member.objects.filter(pk=pair.second_id).update(store=None)
    chief = staff.logged_in("chief", "administrator", ["SH01"])
    assert decide(chief).status == "PENDING"
    assert MemberMerge.objects.count() == 0


def test_the_dialog_on_the_member_s_page_finds_the_other_card(service, pair):
    url = f"/console/members/member/{pair.first_id}/merge-cards/"
    sent = {"submission": "0190a2d0-0000-7000-8000-000000000000", "other": BOB_PHONE}
    assert deed(service, url, **sent)["HX-Redirect"] == preview(pair.first, pair.second)
    refused = deed(service, url, **{**sent, "other": "13500000000"})
    assert "No member has this card" in refused.content.decode()
