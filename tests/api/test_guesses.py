"""Wrong codes of one person are one count, whichever call they are tried by and however the person
is named."""

import pytest

from tests import world

pytestmark = pytest.mark.django_db
CART = {
    "channel": "pos",
    "currency": "CNY",
    "lines": [{"line_id": "1", "sku": "SK-1", "quantity": "1", "unit_price_amount": 10_000}],
}


@pytest.fixture(autouse=True)
def _six(settings):
    settings.GUESSES_PER_SUBJECT = 6


def validate(till, code, **named):
    return till.post(f"coupons/{code}/validate", named).status_code


def quote(till, code, **named):
    return till.post("quotes", {**CART, "coupons": [code], **named}).status_code


def test_a_member_s_wrong_codes_count_together_by_phone_by_id_and_by_card(till, alice, bob):
    by_phone = {"member": {"type": "phone", "value": world.ALICE_PHONE}}
    by_id = {"member": {"type": "id", "value": str(alice.uid)}}
    by_card = {"member": {"type": "card", "value": alice.card_number}}

    statuses = [
        call(till, f"WRONG{number}", **named)
        for number, (call, named) in enumerate(
            (call, named) for named in (by_phone, by_id, by_card) for call in (validate, quote)
        )
    ]

    assert statuses == [200] * 6
    assert validate(till, "WRONG6", **by_card) == 429
    assert quote(till, "WRONG7", **by_phone) == 429
    assert quote(till, "WRONG8", member={"type": "id", "value": str(bob.uid)}) == 200


def test_a_guest_s_wrong_codes_count_by_their_phone_and_nobody_s_by_the_store(till):
    guest = {"member": {"type": "phone", "value": world.CHARLIE_PHONE}}
    for named in (guest, {"store": "SH01"}):
        for number in range(3):
            assert validate(till, f"WRONG{number}", **named) == 200
            assert quote(till, f"FALSE{number}", **named) == 200
        assert validate(till, "WRONG6", **named) == 429
        assert quote(till, "WRONG7", **named) == 429
    assert quote(till, "WRONG8", store="BJ01") == 200
