"""Suppressed addresses: nothing goes there, whoever has them, until somebody says why again."""

import pytest

from campaigns.models import Suppression
from campaigns.selectors import suppressions as selector
from campaigns.services import deliveries, suppressions
from campaigns.services.suppressions import AlreadySuppressed, ByHand, NoAddressThere
from campaigns.transports.contract import AddressClosed
from members.errors import NotFound, ReasonRequired
from members.models import AuditRecord
from members.services.identities import InvalidIdentity
from tests import world
from tests.campaigns.shop import NOW, queued

pytestmark = pytest.mark.django_db


def by_hand(address="Alice@Example.org", *, medium="EMAIL", reason="asked by phone"):
    return ByHand(medium=medium, address=address, reason=reason)


@pytest.fixture
def clerk(shop):
    return world.operator("agent", role="customer_service")


def test_nothing_is_sent_to_a_suppressed_address_until_it_is_lifted(
    campaign, alice, provider, clerk
):
    row = suppressions.add(by_hand=by_hand(), actor_id=clerk.pk, at=NOW)
    first = queued(campaign, alice)
    deliveries.send_due(at=NOW)
    first.refresh_from_db()
    assert (first.state, first.reason, provider.got) == ("SKIPPED", "suppressed", [])

    suppressions.lift(suppression_id=row.pk, reason="it works", actor_id=clerk.pk, at=NOW)
    second = queued(campaign, alice, number=2)
    deliveries.send_due(at=NOW)

    second.refresh_from_db()
    assert (second.state, len(provider.got)) == ("SENT", 1)
    trail = AuditRecord.objects.filter(action__startswith="suppression.").order_by("pk")
    assert [(one.action, one.reason, one.member_id) for one in trail] == [
        ("suppression.add", "asked by phone", alice.pk),
        ("suppression.lift", "it works", alice.pk),
    ]


def test_an_address_that_the_server_knows_to_be_dead_is_suppressed_at_once(
    campaign, alice, provider
):
    provider.error = AddressClosed("SMTP 550 5.1.1")
    first = queued(campaign, alice)
    deliveries.send_due(at=NOW)
    provider.error = None
    second = queued(campaign, alice, number=2)
    deliveries.send_due(at=NOW)

    for row, outcome in ((first, ("FAILED", "refused")), (second, ("SKIPPED", "suppressed"))):
        row.refresh_from_db()
        assert (row.state, row.reason) == outcome
    assert Suppression.objects.values_list("reason", "delivery").get() == ("BOUNCED", first.pk)


def test_an_address_holds_for_whoever_has_it_however_it_is_written(alice, clerk):
    row = suppressions.add(by_hand=by_hand(" ALICE@example.ORG "), actor_id=clerk.pk, at=NOW)

    (holder,) = selector.holders(row)
    assert holder.member_id == alice.pk
    with pytest.raises(AlreadySuppressed):
        suppressions.add(by_hand=by_hand(), actor_id=clerk.pk, at=NOW)
    assert Suppression.objects.count() == 1


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (by_hand(reason="  "), ReasonRequired),
        (by_hand("no address"), InvalidIdentity),
        (by_hand(medium="INBOX"), NoAddressThere),
        (by_hand(medium="PIGEON"), NoAddressThere),
    ],
)
def test_what_is_no_address_or_has_no_reason_is_refused(clerk, asked, error):
    with pytest.raises(error):
        suppressions.add(by_hand=asked, actor_id=clerk.pk, at=NOW)
    assert Suppression.objects.count() == 0


def test_what_somebody_else_lifted_is_not_lifted_again(alice, clerk):
    row = suppressions.add(by_hand=by_hand(), actor_id=clerk.pk, at=NOW)
    suppressions.lift(suppression_id=row.pk, reason="once", actor_id=clerk.pk, at=NOW)

    with pytest.raises(NotFound):
        suppressions.lift(suppression_id=row.pk, reason="twice", actor_id=clerk.pk, at=NOW)
    assert AuditRecord.objects.filter(action="suppression.lift").count() == 1
