"""Whoever got data stands in the sharing register, once for each time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import ProgrammingError, transaction

from campaigns.models import Campaign, Delivery
from campaigns.services import defaults
from campaigns.services import disclosures as delivery_disclosures
from members.models import Disclosure, Identity, OneTimeCode, Recipient
from members.selectors import recipients as selectors
from members.services import code_disclosures, disclosures, recipients
from members.services.disclosures import DisclosureIncomplete, Sharing, UnknownRecipient
from tests import world

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def partner(shop):
    row = Recipient(code="insurer", name_en="Insurer", purpose="Insures cards", country="CN")
    return recipients.save(recipient=row, at=world.NOW)


def sharing(member, **changes):
    told = Sharing(
        key="contract-1",
        recipient="insurer",
        categories=("CONTACT", "IDENTITY"),
        purpose="insurance",
        legal_basis="CONTRACT",
        occurred_at=world.NOW,
        member_id=member.pk,
    )
    return replace(told, **changes)


def test_a_fact_counts_once_by_its_key(alice, partner):
    first = disclosures.record(sharing=sharing(alice), at=world.NOW)
    again = disclosures.record(sharing=sharing(alice), at=world.NOW + DAY)

    assert first == again
    assert Disclosure.objects.get().categories == ["CONTACT", "IDENTITY"]
    assert [one.code for one in selectors.that_got(member_ids=[alice.pk])] == ["insurer"]


def test_the_register_is_append_only(alice, partner):
    disclosures.record(sharing=sharing(alice), at=world.NOW)

    with pytest.raises(ProgrammingError), transaction.atomic():
        Disclosure.objects.update(purpose="else")


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ({"recipient": "nobody"}, UnknownRecipient),
        ({"categories": ("SHOES",)}, DisclosureIncomplete),
        ({"categories": ()}, DisclosureIncomplete),
        ({"purpose": ""}, DisclosureIncomplete),
        ({"members_count": 2}, DisclosureIncomplete),
        ({"key": "x" * 121}, DisclosureIncomplete),
    ],
    ids=str,
)
def test_an_incomplete_disclosure_is_refused(alice, partner, bad, error):
    with pytest.raises(error):
        disclosures.record(sharing=sharing(alice, **bad), at=world.NOW)
    assert not Disclosure.objects.exists()


def mail(member, number, *, at, state="SENT", medium="EMAIL"):
    return Delivery.objects.create(
        campaign=Campaign.objects.get(code="tier-upgraded"),
        member=member,
        medium=medium,
        send_key=f"k-{number}",
        state=state,
        language="en",
        queued_at=at,
        not_before_at=at,
        expires_at=at + DAY,
        reason="refused" if state == "FAILED" else "",
        claimed_at=at if medium != "INBOX" else None,
        sent_at=at if state == "SENT" else None,
    )


def night(at):
    return sum(delivery_disclosures.record_days(at=at))


def test_addresses_given_to_the_mail_provider_are_a_row_a_day(alice, bob):
    defaults.install(at=world.NOW)
    mail(alice, 1, at=world.NOW - DAY)
    mail(alice, 2, at=world.NOW - DAY)
    mail(bob, 3, at=world.NOW - DAY, state="FAILED")
    # Surely not taken; in the house; not over yet.
    mail(bob, 4, at=world.NOW - 2 * DAY, state="QUEUED")
    mail(bob, 5, at=world.NOW - 2 * DAY, medium="INBOX")
    mail(bob, 6, at=world.NOW)

    assert night(world.NOW) == 1
    assert night(world.NOW) == 0
    row = Disclosure.objects.get()
    assert (row.recipient.code, row.members_count, row.member) == ("email-provider", 2, None)
    # Midnight in Shanghai.
    assert row.occurred_at == (world.NOW - DAY).replace(hour=16) - DAY
    assert night(world.NOW + DAY) == 1


def test_each_medium_that_leaves_the_house_has_its_row(alice):
    defaults.install(at=world.NOW)
    for number, medium in enumerate(("INBOX", "EMAIL", "SMS", "WECHAT", "PUSH")):
        mail(alice, number, at=world.NOW - DAY, medium=medium)
    # It came back, so it had been handed over.
    Delivery.objects.filter(medium="SMS").update(state="BOUNCED")

    assert night(world.NOW) == 4

    given = ["email-provider", "push-service", "sms-provider", "wechat"]
    assert sorted(row.recipient.code for row in Disclosure.objects.all()) == given
    assert sorted(one.code for one in selectors.that_got(member_ids=[alice.pk])) == given


def test_who_got_a_member_s_address_is_known_without_a_row_of_theirs(alice, bob):
    defaults.install(at=world.NOW)
    mail(alice, 1, at=world.NOW - DAY)
    night(world.NOW)

    assert [one.code for one in selectors.that_got(member_ids=[alice.pk])] == ["email-provider"]
    assert selectors.that_got(member_ids=[bob.pk]) == []


def test_a_provider_that_refused_an_address_has_seen_it_and_one_passed_over_has_not(alice):
    defaults.install(at=world.NOW)
    mail(alice, 1, at=world.NOW - DAY, medium="INBOX")
    passed_over = {"medium": "EMAIL", "reason": "consent"}
    Delivery.objects.update(tried=[passed_over, {"medium": "SMS", "reason": "refused"}])

    assert delivery_disclosures.recipients_of([alice.pk]) == {"sms-provider"}


def test_whoever_was_sent_a_log_in_code_is_known_to_the_sms_provider(alice, bob):
    phone = Identity.objects.get(member=alice, kind="PHONE")
    OneTimeCode.objects.create(
        client=world.api_client(),
        subject=bytes(phone.digest),
        code_digest=b"d" * 32,
        sending="SENT",
        created_at=world.NOW - DAY,
        expires_at=world.NOW,
    )

    assert sum(code_disclosures.record_days(at=world.NOW)) == 1
    assert sum(code_disclosures.record_days(at=world.NOW)) == 0
    row = Disclosure.objects.get()
    assert (row.recipient.code, row.members_count) == ("sms-provider", 1)
    assert [one.code for one in selectors.that_got(member_ids=[alice.pk])] == ["sms-provider"]
    assert selectors.that_got(member_ids=[bob.pk]) == []
