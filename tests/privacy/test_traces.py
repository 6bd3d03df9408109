"""Erasure leaves no trace of the person: tables, dump, cache, logs, events, kept answers, packages.

Alice has lived in every corner of the product, with two cards that were merged.
"""

import json
import logging

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.db.models import Sum

from loyalty.models import Account, LedgerEntry, Order
from members.models import AuditRecord, ChangeRecord, Event, Identity, Member, PrivacyFile
from members.sealing.keys import KeyShredded
from members.services import audit, guesses, one_time_codes
from tests import world
from tests.privacy import cases, life, traces

pytestmark = pytest.mark.django_db

TEXTS = [
    life.PHONE,
    life.OLD_PHONE,
    life.EMAIL,
    "old@example.org",
    life.NAME,
    life.OLD_NAME,
    life.BIRTHDAY,
    life.ADDRESS,
    f"crm-{life.PHONE}",
]


def everything(cards):
    """All that would tell of Alice, with her card numbers and the indexes over her identities."""
    identities = [("PHONE", life.PHONE), ("PHONE", life.OLD_PHONE), ("EMAIL", life.EMAIL)]
    identities += [("CARD", card) for card in cards]
    digests = traces.digests_of(identities, [life.NAME, life.OLD_NAME])
    return traces.needles([*TEXTS, *cards], digests)


def sums():
    figures = ("points", "pending_change", "active_change", "debt_change")
    return (
        LedgerEntry.objects.aggregate(**{name: Sum(name) for name in figures}),
        list(
            Account.objects.order_by("pk").values_list(
                "pk", "pending_points", "active_points", "held_points", "debt_points"
            )
        ),
    )


@pytest.fixture
def lived(till, staff):
    return life.lived(till, staff)


@pytest.fixture
def cards(lived):
    return list(Member.objects.values_list("card_number", flat=True))


def test_no_row_of_any_table_tells_of_her(lived, cards, staff):
    wanted = everything(cards)
    # The search finds her before, or it would prove nothing.
    found = traces.in_tables(wanted)
    assert {"members_identity", "loyalty_order", "members_member"} <= found.keys()

    cases.erase(lived, staff)

    assert traces.in_tables(wanted) == {}


def test_ledger_sums_stay_and_the_ledger_is_sound(lived, staff, capsys):
    before = sums()

    cases.erase(lived, staff)

    assert sums() == before
    call_command("verify_ledger")
    assert "The ledger is sound" in capsys.readouterr().out


def test_what_was_sealed_opens_no_more(lived, staff):
    sealed = Member.objects.get(pk=lived.pk)
    entry = LedgerEntry.objects.get(pk=life.noted(lived, staff).pk)

    cases.erase(lived, staff)

    entry = LedgerEntry.objects.select_related("member__key").get(pk=entry.pk)
    with pytest.raises(KeyShredded):
        _ = entry.note
    sealed.refresh_from_db()
    assert (sealed.state, sealed.name, sealed.birthday, sealed.gender) == (
        "ERASED", "", None, "UNKNOWN",
    )  # fmt: skip


def test_cache_logs_and_events_hold_nothing_of_her(lived, cards, staff, caplog):
    wanted = everything(cards)
    with caplog.at_level(logging.DEBUG):
        cases.erase(lived, staff)

    client = cache._cache.get_client()
    kept = b"".join(key + (client.dump(key) or b"") for key in client.scan_iter())
    assert traces.in_bytes(kept, wanted) == []
    assert traces.in_bytes(caplog.text.encode(), wanted) == []
    told = json.dumps(list(Event.objects.values_list("payload", flat=True)), ensure_ascii=False)
    assert traces.in_bytes(told.encode(), wanted) == []
    last = Event.objects.filter(type="members.member.erased").get()
    assert last.payload["member"] == str(lived.uid)


def test_packages_are_emptied(lived, staff):
    assert PrivacyFile.objects.get().size_bytes > 1_000

    cases.erase(lived, staff)

    file = PrivacyFile.objects.get()
    assert (file.size_bytes, file.content) == (0, "")


def test_a_repeat_of_her_registration_makes_nobody(lived, staff, till):
    cases.erase(lived, staff)
    sent = {"identities": [{"type": "phone", "value": life.PHONE}], "name": life.NAME}

    answer = till.post("members", sent, key=life.KEYS[life.PHONE])

    assert answer.status_code == 410
    assert answer.json()["code"] == "answer_erased"
    assert Identity.objects.count() == 0


def test_a_repeat_of_her_order_is_answered_and_counted_once(lived, staff, till):
    cases.erase(lived, staff)
    count = Order.objects.count()

    answer = till.post("orders", life.order("T-1", life.PHONE))

    assert answer.status_code == 201
    assert answer.headers["Idempotency-Replayed"] == "true"
    assert Order.objects.count() == count
    order = Order.objects.get(external_id="T-1")
    assert (order.metadata, bytes(order.fingerprint)) == ({}, bytes(32))


def test_the_phone_registers_anew_as_somebody_else(lived, staff, till):
    cases.erase(lived, staff)
    sent = {"identities": [{"type": "phone", "value": life.PHONE}], "store": "SH01"}

    answer = till.post("members", sent)

    assert answer.status_code == 201
    assert answer.json()["id"] != str(lived.uid)
    bought = till.post("orders", life.order("T-9", life.PHONE))
    assert bought.status_code == 201
    assert Order.objects.get(external_id="T-9").member.uid != lived.uid


@pytest.mark.usefixtures("empty_cache")
def test_the_cache_forgets_that_somebody_tried_her_codes(
    alice, staff, django_capture_on_commit_callbacks
):
    (digest,) = traces.digests_of([("PHONE", life.PHONE)], [])[:1]
    asking = one_time_codes.Asking(phone=life.PHONE, client_id=1)
    tries = guesses.trying(guesser=one_time_codes._guesser(digest, asking.purpose))
    with tries as trial:
        trial.wrong()
    client = cache._cache.get_client()
    assert [key for key in client.scan_iter() if digest.hex().encode() in key]

    with django_capture_on_commit_callbacks(execute=True):
        cases.erase(alice, staff)

    assert [key for key in client.scan_iter() if digest.hex().encode() in key] == []


def test_nothing_else_of_the_trails_can_be_changed_and_nothing_of_the_living(
    alice, bob, staff, as_owner
):
    for member in (alice, bob):
        audit.record(action="member.told", at=world.NOW, member_id=member.pk, reason="why")
    cases.erase(alice, staff)

    for change in ({"reason": "another"}, {"action": "x"}, {"details": {"a": 1}}, {"actor": 1}):
        with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
            AuditRecord.objects.filter(member=alice).update(**change)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        AuditRecord.objects.filter(member=bob).update(reason="")
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        ChangeRecord.objects.exclude(table="members_member").update(reason="")
    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        AuditRecord.objects.filter(member=alice).delete()
