"""Taking goods back in the console: preview first, then once, within the operator's stores."""

import re

import pytest
from django.urls import reverse

from loyalty.models import Order, Program, Refund
from members.models import Store
from tests.console import staff
from tests.loyalty import challenge_shop, till
from tests.loyalty.till import line

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(keys_made):
    till.set_up()
    till.register("13800138000", "Alice")
    till.sell("o-1", line("1", 6_000), line("2", 4_000))
    return Order.objects.get()


def address(order):
    return reverse("admin:loyalty_order_refund", args=[order.pk])


def sign_in(role, *stores):
    return staff.logged_in(f"some-{role}", role, stores)


def fill(page, **amounts):
    submission = re.search(r'name="submission" value="([^"]+)"', page.content.decode())[1]
    empty = {"line_1": "", "line_2": "", "pieces_1": "", "pieces_2": ""}
    return {"submission": submission, "reason": "too small", **empty, **amounts}


def test_a_clerk_sees_what_it_moves_and_then_refunds_once(order):
    client = sign_in("clerk", "SH01")
    page = client.get(address(order))
    assert page.status_code == 200
    sent = fill(page, line_1="0", line_2="40.00")
    preview = client.post(address(order), sent)
    assert "¥40.00" in preview.content.decode()
    assert Refund.objects.count() == 0
    for _ in range(2):
        done = client.post(address(order), {**sent, "confirm": "1"})
        assert done.status_code == 302
    refund = Refund.objects.get()
    assert (refund.value_amount, refund.clawed_points, refund.source) == (4_000, 40, "console")
    assert refund.actor_id is not None


def test_whoever_refunds_reads_that_a_challenge_s_prize_goes_too(order):
    challenge_shop.challenge(target=1)
    challenge_shop.buy("o-2")
    challenge_shop.work()
    counted = Order.objects.get(external_id="o-2")
    client, warning = sign_in("clerk", "SH01"), "what that brought is taken back too"

    told = client.post(address(counted), fill(client.get(address(counted)), line_1="10"))
    assert warning in told.content.decode()

    told = client.post(address(order), fill(client.get(address(order)), line_1="1"))
    assert warning not in told.content.decode()


def test_more_than_is_left_is_refused_in_words_and_changes_nothing(order):
    client = sign_in("store_manager", "SH01")
    sent = fill(client.get(address(order)), line_1="60.01", line_2="0")
    answer = client.post(address(order), {**sent, "confirm": "1"})
    assert answer.status_code == 200
    assert 'role="alert"' in answer.content.decode()
    assert Refund.objects.count() == 0


def test_pieces_without_an_amount_bring_what_they_were_paid(order):
    client = sign_in("clerk", "SH01")
    sent = fill(client.get(address(order)), pieces_2="1")
    for _ in range(2):
        assert client.post(address(order), {**sent, "confirm": "1"}).status_code == 302
    assert Refund.objects.get().value_amount == 4_000


def test_more_pieces_than_are_left_are_refused_at_their_field(order):
    client = sign_in("clerk", "SH01")
    sent = fill(client.get(address(order)), pieces_2="2")
    answer = client.post(address(order), {**sent, "confirm": "1"})
    assert answer.context["form"].errors.keys() == {"pieces_2"}
    assert Refund.objects.count() == 0


def test_an_order_of_another_store_is_not_there(order):
    Store.objects.create(code="BJ01", name_en="Sanlitun", name_zh="三里屯")
    client = sign_in("clerk", "BJ01")
    assert client.get(address(order)).status_code == 404


def test_who_only_reads_refunds_nothing(order):
    client = sign_in("analyst")
    assert client.get(address(order)).status_code == 403


def card_at_the_counter(client):
    return staff.text(client.post("/console/counter/lookup/", {"text": "13800138000"}))


def test_the_card_at_the_counter_leads_to_the_refund(order):
    assert address(order) in card_at_the_counter(sign_in("clerk", "SH01"))


def test_the_card_leads_nowhere_for_another_store_or_who_may_not_refund(order):
    Store.objects.create(code="BJ01", name_en="Sanlitun", name_zh="三里屯")

    assert address(order) not in card_at_the_counter(sign_in("clerk", "BJ01"))
    assert address(order) not in card_at_the_counter(sign_in("analyst"))


def test_the_programme_takes_fixed_dates_as_people_type_them(order):
    client = sign_in("administrator")
    program = Program.objects.get()
    address = reverse("admin:loyalty_program_change", args=[program.pk])
    form = client.get(address).context_data["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    sent = {
        name: value for name, value in values.items() if value is not None and value is not False
    }
    sent |= {"validity": "FIXED_DATES", "validity_dates": "12-31, 6-30"}
    refused = client.post(address, sent).context_data["adminform"].form
    assert list(refused.errors) == ["validity_dates"]
    client.post(address, sent | {"validity_dates": "12-31, 06-30"})
    program.refresh_from_db()
    assert (program.validity, program.validity_dates) == ("FIXED_DATES", ["06-30", "12-31"])
