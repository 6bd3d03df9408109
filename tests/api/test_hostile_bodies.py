"""Bodies that try to set what isn't theirs, or to be run somewhere, change nothing."""

import pytest
from django.urls import get_resolver, reverse

from campaigns.services import templates
from loyalty.models import Order
from members.models import Member, ServiceCase
from members.services import service_topics
from tests import authorization_matrix as matrix
from tests import hostile, world
from tests.test_authorization import addresses

pytestmark = pytest.mark.django_db
ADDRESSES = dict(addresses(get_resolver()))
WRITES = [
    (name, method)
    for name, methods in matrix.SCOPES.items()
    for method in methods
    if method in ("POST", "PATCH", "PUT")
]
REFUSED = (400, 404, 409, 410, 412, 422, 428)


def phone(number: int) -> list[dict[str, str]]:
    return [{"type": "phone", "value": f"1380013{number:04d}"}]


def test_no_call_takes_a_field_that_it_does_not_know(till, alice):
    before = hostile.fingerprints()

    for name, method in WRITES:
        keys = ADDRESSES[name].pattern.converters
        path = reverse(name, kwargs=dict.fromkeys(keys, alice.uid))
        call = till.post if method == "POST" else till.patch
        answer = call(path.removeprefix("/api/v1/"), hostile.FIELDS)
        assert answer.status_code in REFUSED, (name, method, answer.status_code)

    assert hostile.fingerprints() == before


@pytest.mark.parametrize("field", sorted(hostile.FIELDS))
def test_a_registration_is_refused_whole_for_one_field_too_many(till, field):
    body = {"identities": phone(1), "name": "Eve", field: hostile.FIELDS[field]}

    answer = till.post("members", body)

    assert answer.status_code == 422
    assert not Member.objects.exists()


def test_a_member_s_own_change_reaches_only_what_is_theirs(till, alice):
    before = hostile.fingerprints()

    for field, value in hostile.FIELDS.items():
        version = {"If-Match": f'"{alice.version}"'}
        answer = till.patch(f"members/{alice.uid}", {field: value}, **version)
        assert answer.status_code == 422, field

    assert hostile.fingerprints() == before


def test_texts_are_kept_as_they_were_sent_and_run_nowhere(till):
    for number, text in enumerate(hostile.TEXTS):
        body = {"identities": phone(number), "name": text, "metadata": {"note": text}}
        answer = till.post("members", body)
        assert answer.status_code in (201, 422), text
        if answer.status_code == 201:
            member = Member.objects.get(uid=answer.json()["id"])
            assert (member.name, member.metadata) == (text.strip(), {"note": text})

    assert Member.objects.count() >= len(hostile.TEXTS) - 2


def test_texts_in_look_ups_find_nobody(till, alice):
    for text in hostile.TEXTS:
        for kind in ("phone", "email", "card", "external"):
            asked = {"type": kind, "value": text, "issuer": "x"}
            assert till.post("members/lookup", asked).status_code in (400, 404, 422), (kind, text)


def test_texts_in_service_cases_and_orders_are_words(till, alice):
    service_topics.set_up()
    for number, text in enumerate(hostile.TEXTS):
        case = {"external_id": f"C-{number}", "topic": "delivery", "medium": "chat",
                "subject": text, "store": "SH01", "text": text}  # fmt: skip
        assert till.post("service-cases", case).status_code in (201, 422), text

    kept = {case.subject for case in ServiceCase.objects.all()}
    assert set(hostile.MARKUP) <= kept
    assert not Order.objects.exists()


@pytest.mark.parametrize("text", hostile.TEMPLATE + hostile.MARKUP)
def test_a_name_in_a_message_is_no_template_and_no_markup(text):
    variables = {"name": text}

    assert templates.render("Hello {{ name }}", variables) == f"Hello {text}"
    shown = templates.render("<p>{{ name }}</p>", variables, is_html=True)
    assert "<script" not in shown
    assert "<img" not in shown
    assert "<svg" not in shown


def test_a_till_of_one_store_reads_no_order_of_another(shop, alice):
    ours, theirs = world.till(store_codes=["SH01"]), world.till(source="bj", store_codes=["BJ01"])
    order = {
        "external_id": "O-1",
        "channel": "pos",
        "store": "SH01",
        "member": {"type": "phone", "value": world.ALICE_PHONE},
        "occurred_at": world.NOW.isoformat(),
        "currency": "CNY",
        "lines": [{"line_id": "1", "sku": "X", "name": "X", "category": "x", "quantity": "1",
                   "unit_price_amount": 1_000, "discount_amount": 0, "net_amount": 1_000}],
        "paid": [{"method": "cash", "kind": "MONEY", "amount": 1_000}],
    }  # fmt: skip
    made = ours.post("orders", order)
    assert made.status_code == 201

    path = f"orders/{made.json()['id']}"
    assert ours.get(path).status_code == 200
    assert theirs.get(path).status_code == 404
    assert theirs.post(f"{path}/refunds", {"external_id": "R", "lines": []}).status_code in (
        404,
        422,
    )
