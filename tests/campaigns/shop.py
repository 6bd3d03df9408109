"""Members of the shop who may be written to, and messages to them."""

from datetime import timedelta

from campaigns.models import Delivery
from members.models import Event, Member
from members.services import members
from members.services.identities import IdentityClaim
from tests import world

NOW = world.NOW
YES = world.yes("INBOX", "EMAIL")


def enroll(*, email="alice@example.org", consents=YES, language="en", phone="") -> Member:
    identities = [IdentityClaim("EMAIL", email)] if email else []
    identities += [IdentityClaim("PHONE", phone)] if phone else []
    return world.register(
        members.Registration(
            identities=tuple(identities),
            name="Alice",
            language=language,
            channel="pos",
            store="SH01",
            consents=consents,
        )
    )


def queued(campaign, member, medium="EMAIL", number=1, **fields) -> Delivery:
    """A message that waits to be sent."""
    return Delivery.objects.create(
        campaign=campaign,
        member=member,
        medium=medium,
        send_key=f"{campaign.code}:{number}:{medium}",
        language="en",
        subject="Hello",
        **{
            "body": "You are Gold now.",
            "queued_at": NOW,
            "not_before_at": NOW,
            "expires_at": NOW + timedelta(hours=48),
            **fields,
        },
    )


def sent_events():
    return list(
        Event.objects.filter(type="campaigns.message.sent").values_list("payload", flat=True)
    )
