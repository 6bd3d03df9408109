"""The inbox and the page of a privacy request: received on the member's page, led by dialogs."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from members.models import ApprovalRequest, Job, Member, PrivacyFile, PrivacyRequest
from members.services import approvals, jobs
from tests import world
from tests.console import staff
from tests.privacy import cases

pytestmark = pytest.mark.django_db
LIST = reverse("admin:members_privacyrequest_changelist")


def page(request):
    return reverse("admin:members_privacyrequest_change", args=[request.pk])


def act(browser, request, name, **fields):
    """A dialog that is sent."""
    url = reverse(f"admin:members_privacyrequest_{name}", args=[request.pk])
    return browser.post(url, {"_form_submitted": "on", **fields})


@pytest.fixture
def dpo(shop):
    return staff.logged_in("wang", "dpo")


def test_service_receives_a_request_once_on_the_member_s_page(service, alice):
    url = reverse("admin:members_member_receive_privacy", args=[alice.pk])
    sent = {"kind": "CORRECTION", "name": "张爱莉", "submission": str(uuid.uuid4())}
    sent["_form_submitted"] = "on"

    first, again = (service.post(url, sent) for _ in range(2))

    assert {first.status_code, again.status_code} == {200}
    request = PrivacyRequest.objects.get()
    assert (request.kind, request.state, request.source) == ("CORRECTION", "RECEIVED", "console")
    assert request.details == {"name": "张爱莉"}


def test_the_inbox_says_what_is_late_and_names_nobody(dpo, alice):
    request = cases.asked(alice, "DELETION", at=world.NOW - timedelta(days=23))

    shown = staff.text(dpo.get(LIST))

    assert "3 days late" in shown
    assert "爱丽" not in shown
    assert world.ALICE_PHONE not in shown
    assert page(request) in dpo.get(LIST).content.decode()


def test_the_page_says_what_will_happen_and_never_what_the_correction_says(dpo, alice):
    request = cases.asked(alice, "CORRECTION", details={"name": "张爱莉"})

    shown = staff.text(dpo.get(page(request)))

    assert "Whoever received the wrong data must be told." in shown
    assert "Fields to correct" in shown
    assert "爱莉" not in shown
    act(dpo, request, "carry_out")
    assert Member.objects.get(pk=alice.pk).name == "张爱莉"


def test_the_trail_above_the_page_calls_the_request_as_people_do(alice):
    request = cases.asked(alice, "DELETION")
    reader = staff.logged_in("sun", "dpo", language="zh-hans")

    shown = staff.text(reader.get(page(request)))

    assert f"删除 #{request.pk}" in shown
    assert str(request.uid) not in shown


def test_a_deletion_is_led_to_its_certificate(dpo, alice):
    request = cases.asked(alice, "DELETION", verified_how="")
    act(dpo, request, "verify", how="Letter")
    act(dpo, request, "erase", note="letter of today")
    row = ApprovalRequest.objects.get()
    checker = world.operator("zheng", role="administrator")
    approvals.approve(request_id=row.pk, checker=checker, at=world.NOW)

    shown = dpo.get(reverse("admin:members_privacyrequest_certificate", args=[request.pk]))

    assert "个人信息删除证明" in shown.content.decode()
    assert "The text is the one that was recorded" in shown.content.decode()
    assert dpo.get(page(request)).status_code == 200
    assert dpo.get(reverse("admin:members_member_change", args=[alice.pk])).status_code == 200


def test_a_package_is_fetched_by_post_and_only_by_those_who_may(dpo, service, alice):
    request = cases.asked(alice, "EXPORT")
    act(dpo, request, "make_package", note="letter of today")
    checker = world.operator("zheng", role="administrator")
    approvals.approve(request_id=ApprovalRequest.objects.get().pk, checker=checker, at=world.NOW)
    jobs.run(job_id=Job.objects.get().pk, clock=lambda: world.NOW)
    url = reverse("admin:members_privacyrequest_package", args=[request.pk])

    fetched = dpo.post(url)

    assert fetched["Content-Type"] == "application/zip"
    assert len(fetched.content) == PrivacyFile.objects.get().size_bytes
    assert dpo.get(url).status_code == 405
    assert service.post(url).status_code in (302, 404)
    assert "Fetch the package" not in staff.text(service.get(page(request)))


def test_a_store_manager_sees_no_requests_and_service_carries_none_out(shop, service, alice):
    request = cases.asked(alice, "RESTRICTION")
    manager = staff.logged_in("ma", "store_manager")

    assert manager.get(LIST).status_code == 403
    act(service, request, "carry_out")

    assert PrivacyRequest.objects.get().state == "VERIFIED"


def test_a_year_without_holidays_warns_above_the_inbox(dpo):
    assert "No holidays are entered for 2026" in staff.text(dpo.get(LIST))
