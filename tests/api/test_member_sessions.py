"""Tokens of members: they rotate, a repeat gets the same pair, an old one ends the log-in."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from members.models import ApiClient, Member, MemberSession, MemberToken
from members.services import member_sessions
from members.services.member_sessions import BadRefreshToken, RefreshTokenReused
from tests import consumers, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def app(shop):
    with time_machine.travel(world.NOW, tick=False):
        yield consumers.app()


@pytest.fixture
def phone(app, alice):
    own, issued = consumers.logged_in(alice, client=app)
    own.refresh_token = issued.refresh_token
    return own


def refresh(phone, token):
    return phone.post("auth/refresh", {"refresh_token": token})


def later(**delta):
    return time_machine.travel(world.NOW + timedelta(**delta), tick=False)


def test_the_access_token_holds_for_half_an_hour(phone):
    with later(minutes=30, seconds=-1):
        assert phone.get("me").status_code == 200
    with later(minutes=30):
        refused = phone.get("me")
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_token")


def test_the_refresh_token_holds_for_thirty_days_from_its_last_use(phone):
    with later(days=29):
        second = refresh(phone, phone.refresh_token).json()["refresh_token"]
    with later(days=29 + 29):
        third = refresh(phone, second).json()["refresh_token"]
    with later(days=29 + 29 + 30):
        refused = refresh(phone, third)

    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_refresh_token")


def test_a_refresh_sent_again_within_a_minute_gets_the_same_pair(phone):
    first = refresh(phone, phone.refresh_token)
    with later(seconds=59):
        again = refresh(phone, phone.refresh_token)

    assert first.status_code == again.status_code == 200
    assert again.json() == first.json()
    assert MemberToken.objects.count() == 4
    phone.token = again.json()["access_token"]
    assert phone.get("me").status_code == 200


def test_an_old_token_after_a_minute_ends_the_log_in_of_thief_and_owner(phone):
    pair = refresh(phone, phone.refresh_token).json()
    with later(seconds=60):
        stolen = refresh(phone, phone.refresh_token)

        assert (stolen.status_code, stolen.json()["code"]) == (401, "refresh_token_reused")
        assert refresh(phone, pair["refresh_token"]).status_code == 401
        phone.token = pair["access_token"]
        assert phone.get("me").status_code == 401
    assert MemberSession.objects.get().end == "REUSED"


def test_an_old_token_ends_the_log_in_at_once_when_its_successor_was_used(phone):
    pair = refresh(phone, phone.refresh_token).json()
    refresh(phone, pair["refresh_token"])

    assert refresh(phone, phone.refresh_token).json()["code"] == "refresh_token_reused"


def test_tokens_of_another_app_or_kind_refresh_nothing_and_end_nothing(phone):
    other = consumers.phone(consumers.app(source="other"))

    for caller, token in (
        (other, phone.refresh_token),
        (phone, phone.token),
        (phone, "mr_unknown"),
    ):
        refused = refresh(caller, token)
        assert (refused.status_code, refused.json()["code"]) == (401, "invalid_refresh_token")
    assert refresh(phone, phone.refresh_token).status_code == 200


def test_no_token_is_kept_in_clear(phone):
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(one::text, '') FROM members_membertoken AS one")
        rows = cursor.fetchone()[0]
    for token in (phone.token, phone.refresh_token):
        assert token not in rows
        assert token.encode().hex() not in rows


def test_logging_out_ends_the_log_in_and_says_the_same_for_any_token(phone):
    answers = [
        phone.post("auth/logout", {"refresh_token": token})
        for token in ("mr_unknown", phone.refresh_token, phone.refresh_token)
    ]

    assert [answer.status_code for answer in answers] == [204, 204, 204]
    assert phone.get("me").status_code == 401
    assert refresh(phone, phone.refresh_token).json()["code"] == "invalid_refresh_token"
    assert MemberSession.objects.get().end == "LOGGED_OUT"


def test_a_member_sees_their_log_ins_and_ends_one_but_nobody_else_s(phone, alice, bob, app):
    tablet, _ = consumers.logged_in(alice, client=app)
    bobs, _ = consumers.logged_in(bob, client=app)

    shown = phone.get("me/sessions").json()["sessions"]
    lost = next(one for one in shown if not one["is_current"])
    foreign = bobs.get("me/sessions").json()["sessions"][0]["id"]

    assert len(shown) == 2
    assert lost["app"] == "app"
    assert phone.delete(f"me/sessions/{foreign}").status_code == 404
    assert bobs.get("me").status_code == 200
    assert phone.delete(f"me/sessions/{lost['id']}").status_code == 204
    assert phone.delete(f"me/sessions/{lost['id']}").status_code == 204
    assert tablet.get("me").status_code == 401
    assert phone.get("me").status_code == 200


def test_the_twenty_first_device_logs_the_one_unused_for_longest_out(phone, alice, app):
    for number in range(20):
        member_sessions.begin(
            member_id=alice.pk, client_id=app.pk, at=world.NOW + timedelta(seconds=number + 1)
        )

    assert phone.get("me").status_code == 401
    assert MemberSession.objects.filter(ended_at=None).count() == 20


@pytest.mark.parametrize("change", [{"is_active": False}, {"scopes": "members:read"}])
def test_a_blocked_app_is_out_at_once_with_all_its_members(phone, app, change):
    ApiClient.objects.filter(pk=app.pk).update(**change)

    assert phone.get("me").status_code == 401
    assert refresh(phone, phone.refresh_token).json()["code"] == "unknown_app"


def test_a_restricted_member_still_reads_what_is_theirs_and_an_erased_one_is_out(phone, alice):
    Member.objects.filter(pk=alice.pk).update(state="RESTRICTED")
    assert phone.get("me").json()["state"] == "restricted"

    Member.objects.filter(pk=alice.pk).update(state="ERASED")
    assert phone.get("me").status_code == 401


def test_an_erased_member_is_not_logged_in_anew(alice, app):
    Member.objects.filter(pk=alice.pk).update(state="ERASED")

    with pytest.raises(member_sessions.NotFound):
        member_sessions.begin(member_id=alice.pk, client_id=app.pk, at=world.NOW)


def test_a_refused_refresh_says_why_and_commits_the_end(phone, app):
    at = world.NOW
    member_sessions.refresh(token=phone.refresh_token, client_id=app.pk, at=at)
    with pytest.raises(RefreshTokenReused):
        member_sessions.refresh(
            token=phone.refresh_token, client_id=app.pk, at=at + timedelta(minutes=2)
        )
    with pytest.raises(BadRefreshToken):
        member_sessions.refresh(
            token=phone.refresh_token, client_id=app.pk, at=at + timedelta(minutes=2)
        )
