"""Logging in: the second factor, its backup codes, and how sessions end."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from members.models import AccessPolicy, AuditRecord, User
from members.services import approvals, second_factors
from tests import world
from tests.console import staff

pytestmark = pytest.mark.django_db
HOME = "/console/"
OWN = "/console/second-factor/"
SET_UP = "/console/second-factor/set-up/"
CHECK = "/console/second-factor/check/"


@pytest.fixture
def ann(shop):
    user = world.operator("ann", role="administrator")
    User.objects.filter(pk=user.pk).update(is_staff=True)
    return user


@pytest.fixture
def needed(shop):
    AccessPolicy.objects.create(pk=1, second_factor_roles=["administrator"])


def log_in(user):
    browser = Client(headers={"Accept-Language": "en"})
    answer = browser.post(
        reverse("admin:login"), {"username": user.username, "password": f"{user.username}-password"}
    )
    assert answer.status_code == 302
    return browser


def code_of(user):
    device = TOTPDevice.objects.get(user=user)
    return f"{totp(device.bin_key):06d}"


def enroll(browser, user):
    browser.get(SET_UP)
    page = staff.text(browser.post(SET_UP, {"code": code_of(user)}))
    return re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", page)


def later(**by):
    return time_machine.travel(world.NOW + timedelta(**by), tick=False)


def test_without_a_rule_the_password_is_enough(ann):
    assert log_in(ann).get(HOME).status_code == 200


def test_a_role_that_needs_it_sets_it_up_before_anything_else(ann, needed):
    browser = log_in(ann)

    led = browser.get("/console/members/member/")
    assert led["Location"] == f"{SET_UP}?next=/console/members/member/".replace(
        "=/", "=%2F"
    ).replace("/members/member/", "%2Fmembers%2Fmember%2F").replace(
        "%2Fconsole%2F", "%2Fconsole%2F"
    )
    shown = staff.text(browser.get(SET_UP))
    assert "data:image/svg+xml" in shown

    codes = enroll(browser, ann)

    assert len(set(codes)) == 10
    assert browser.get(HOME).status_code == 200
    stored = set(StaticToken.objects.values_list("token", flat=True))
    assert not stored & {code.replace("-", "") for code in codes}
    assert AuditRecord.objects.get(action="second_factor.enroll").actor_id == ann.pk


def test_the_next_log_in_asks_for_the_phone_s_code_and_takes_each_code_once(ann, needed):
    enroll(log_in(ann), ann)
    with later(minutes=2):
        browser = log_in(ann)
        assert browser.get(HOME)["Location"].startswith(CHECK)
        code = code_of(ann)
        assert browser.post(CHECK, {"code": code})["Location"] == HOME
        assert browser.get(HOME).status_code == 200

        again = log_in(ann)
        assert "wrong or was used" in staff.text(again.post(CHECK, {"code": code}))
        assert again.get(HOME).status_code == 302


def test_after_a_wrong_code_the_right_one_has_to_wait(ann, needed):
    enroll(log_in(ann), ann)
    with later(minutes=2):
        browser = log_in(ann)
        browser.post(CHECK, {"code": "000000"})

        assert "Too many wrong codes" in staff.text(browser.post(CHECK, {"code": code_of(ann)}))
    with later(minutes=3):
        assert browser.post(CHECK, {"code": code_of(ann)}).status_code == 302


def test_a_backup_code_opens_once(ann, needed):
    codes = enroll(log_in(ann), ann)
    with later(minutes=2):
        assert log_in(ann).post(CHECK, {"code": codes[0].upper()}).status_code == 302
        assert log_in(ann).post(CHECK, {"code": codes[0]}).status_code == 200
    with later(minutes=4):
        assert log_in(ann).post(CHECK, {"code": codes[1].replace("-", " ")}).status_code == 302
    assert second_factors.backup_codes_left(user_id=ann.pk) == 8


def test_a_lost_phone_is_forgotten_by_two_people(ann, needed):
    enroll(log_in(ann), ann)
    other = staff.logged_in("eve", "administrator")
    enroll(other, User.objects.get(username="eve"))
    path = reverse("admin:members_user_reset_second_factor", args=[ann.pk])
    other.post(path, {"_form_submitted": "True", "note": "Phone stolen; called back"})
    assert second_factors.has_one(user_id=ann.pk)

    request = approvals.ApprovalRequest.objects.get()
    approvals.approve(
        request_id=request.pk, checker=world.operator("ben", role="dpo"), at=world.NOW
    )

    assert not second_factors.has_one(user_id=ann.pk)
    assert log_in(ann).get(HOME)["Location"].startswith(SET_UP)


def test_an_idle_session_ends_and_a_busy_one_ends_after_its_hours(ann):
    browser = log_in(ann)
    assert browser.get(HOME).status_code == 200
    with later(minutes=29):
        assert browser.get(HOME).status_code == 200
    with later(minutes=59):
        assert browser.get(HOME)["Location"].startswith("/console/login/")
    AccessPolicy.objects.create(pk=1, session_hours=1)
    busy = log_in(ann)
    busy.get(OWN)
    for minutes in (20, 40, 59):
        with later(minutes=minutes):
            assert busy.get(OWN).status_code == 200
    with later(hours=1):
        assert busy.get(OWN)["Location"].startswith("/console/login/")


def test_a_till_may_stand_longer(shop):
    clerk = world.operator("cleo", role="clerk", store_codes=["SH01"])
    User.objects.filter(pk=clerk.pk).update(is_staff=True)
    browser = log_in(clerk)
    browser.get(HOME)

    with later(minutes=239):
        assert browser.get(HOME).status_code == 200
    with later(minutes=239 + 240):
        assert browser.get(HOME).status_code == 302


def test_logging_out_everywhere_else_leaves_this_session(ann):
    here, there = log_in(ann), log_in(ann)
    here.post("/console/second-factor/", {"do": "end_sessions"})

    assert here.get(HOME).status_code == 200
    assert there.get(HOME).status_code == 302


def test_a_new_password_ends_other_sessions(ann):
    here, there = log_in(ann), log_in(ann)
    new = {"new_password1": "long-and-unusual-7", "new_password2": "long-and-unusual-7"}
    here.post(reverse("admin:password_change"), {"old_password": "ann-password", **new})

    assert here.get(HOME).status_code == 200
    assert there.get(HOME).status_code == 302
