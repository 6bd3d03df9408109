"""Recommending as a mini-program and a till call it."""

from uuid import UUID

import pytest

from loyalty.models import Referral, ReferralInvitation
from members.models import Member
from tests import consumers, world
from tests.loyalty import referral_shop as shop_of
from tests.loyalty.referral_shop import FRIEND, LADDER, REFERRER, REGISTRATION

pytestmark = pytest.mark.django_db


@pytest.fixture
def till(keys_made, empty_cache):
    world.open_shop()
    shop_of.live(
        (REGISTRATION, REFERRER, 10),
        (REGISTRATION, FRIEND, 20),
        (LADDER, REFERRER, 50, 1),
        (LADDER, REFERRER, 90, 3),
        link_url="https://shop.example/join?ref={code}",
    )
    return world.till()


def joined(till, number, **told):
    phone = {"type": "phone", "value": shop_of.phone(number), "is_verified": True}
    return till.post("members", {"identities": [phone], **told})


def test_a_code_a_link_a_picture_and_what_it_brought(till):
    alice = joined(till, 1).json()["id"]
    shown = till.get(f"members/{alice}/referral").json()
    assert len(shown["code"]) == 8
    assert shown["link"] == f"https://shop.example/join?ref={shown['code']}"
    assert shown["qr_svg"].startswith("<svg")
    assert till.get(f"members/{alice}/referral").json()["code"] == shown["code"]

    assert joined(till, 2, referral_code=f" {shown['code'].lower()} ").status_code == 201
    shop_of.work(Referral.objects.get().claimed_at)

    shown = till.get(f"members/{alice}/referral").json()
    assert shown["friends"] == {
        "claimed": 0, "registered": 1, "ordered": 0, "matured": 0, "review": 0, "refused": 0,
    }  # fmt: skip
    assert shown["ladder"] == {
        "counts": "registration",
        "friends": 1,
        "next_step": 3,
        "steps": [{"step": 1, "is_reached": True}, {"step": 3, "is_reached": False}],
    }
    assert shown["points"] == 60
    assert [one["points"] for one in shown["prizes"]] == [50, 10]


def test_an_unknown_code_is_told_and_registers_nobody(till):
    refused = joined(till, 1, referral_code="NOBODYHAS")
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_referral_code")


def test_the_first_claim_binds_and_a_repeat_is_the_same_answer(till):
    ids = [joined(till, number).json()["id"] for number in (1, 2, 3)]
    codes = [till.get(f"members/{one}/referral").json()["code"] for one in ids[:2]]
    first = till.post(f"members/{ids[2]}/referral", {"code": codes[0]})
    again = till.post(f"members/{ids[2]}/referral", {"code": codes[0]})
    other = till.post(f"members/{ids[2]}/referral", {"code": codes[1]})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (409, "already_recommended")
    own = till.post(f"members/{ids[1]}/referral", {"code": codes[1]})
    assert (own.status_code, own.json()["code"]) == (422, "recommended_themselves")


def test_an_invitation_counts_once_for_its_number(till):
    alice, bob = (joined(till, number).json()["id"] for number in (1, 2))
    sent = {"external_id": "i-1", "channel": "wechat"}
    first = till.post(f"members/{alice}/referral/invitations", sent)
    again = till.post(f"members/{alice}/referral/invitations", sent)
    other = till.post(f"members/{bob}/referral/invitations", sent)
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 422)
    assert first.json() == again.json()
    old = {"external_id": "i-2", "invited_at": "2020-01-01T00:00:00+08:00"}
    refused = till.post(f"members/{alice}/referral/invitations", old)
    assert (refused.status_code, refused.json()["code"]) == (422, "invitation_at_odd_time")
    assert ReferralInvitation.objects.count() == 1


def test_a_member_s_own_page_shows_what_the_channel_sees_and_claims_for_nobody_else(till):
    codes = {}
    for number in (1, 2):
        uid = joined(till, number).json()["id"]
        phone, _tokens = consumers.logged_in(Member.objects.get(uid=uid))
        codes[number] = (phone, uid, phone.get("me/referral").json()["code"])
    (first, first_id, code), (second, second_id, _) = codes[1], codes[2]
    assert consumers.phone(first.client).get("me/referral").status_code == 401

    claimed = second.keyed("me/referral", {"code": code.lower()})
    again = second.keyed("me/referral", {"code": code})
    own = first.keyed("me/referral", {"code": code})
    typo = second.keyed("me/referral", {"code": code, "cod": "x"})
    assert (claimed.status_code, again.status_code) == (201, 200)
    assert (own.status_code, own.json()["code"]) == (422, "recommended_themselves")
    assert typo.status_code == 422
    shop_of.work(Referral.objects.get().claimed_at)

    shown = first.get("me/referral")
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.json() == till.get(f"members/{first_id}/referral").json()
    assert (shown.json()["points"], shown.json()["friends"]["registered"]) == (60, 1)
    assert second.get("me/referral").json()["prizes"][0]["points"] == 20
    told = first.keyed("me/referral/invitations", {"external_id": "i-1", "channel": "moments"})
    assert (told.status_code, told.json()["channel"]) == (201, "moments")
    assert ReferralInvitation.objects.get().member.uid == UUID(first_id)
    assert str(Referral.objects.get().friend.uid) == second_id


def test_a_device_that_somebody_registered_with_alone_is_known_when_it_comes_again(till):
    alice = joined(till, 1, device="phone-7").json()["id"]
    code = till.get(f"members/{alice}/referral").json()["code"]
    assert joined(till, 2, referral_code=code, device="phone-7").status_code == 201
    assert Referral.objects.get().reasons == ["same_device"]
