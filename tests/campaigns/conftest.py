"""A shop with one member who may be written to, and the campaign that everybody begins with."""

from datetime import UTC, datetime, timedelta

import pytest

from campaigns.models import Delivery
from campaigns.services import defaults
from loyalty.services import accounts, programs
from members.models import Channel, Store
from members.services import members
from members.services.consents import ConsentGiven
from members.services.identities import IdentityClaim

# 14:00 on the wall in Shanghai.
NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)
YES = tuple(
    ConsentGiven(purpose="MARKETING", medium=medium, is_granted=True, policy_version="2026-01")
    for medium in ("INBOX", "EMAIL")
)


@pytest.fixture
def shop(keys_made):
    programs.set_up(at=NOW - timedelta(days=400))
    Channel.objects.create(code="pos", name_zh="门店收银", name_en="Till")
    Store.objects.create(code="SH01", name_zh="静安店", name_en="Jing'an")


@pytest.fixture
def campaign(shop):
    return defaults.install(at=NOW)


def enroll(*, email="alice@example.org", consents=YES, language="en"):
    registration = members.Registration(
        identities=(IdentityClaim("EMAIL", email),) if email else (),
        name="Alice",
        language=language,
        channel="pos",
        store="SH01",
        consents=consents,
    )
    member = members.register(registration=registration, at=NOW).member
    accounts.open_account(member_id=member.pk, at=NOW)
    return member


@pytest.fixture
def alice(shop):
    return enroll()


def queued(campaign, member, medium="EMAIL", number=1, **fields):
    """A message that waits to be sent."""
    return Delivery.objects.create(
        campaign=campaign,
        member=member,
        medium=medium,
        send_key=f"{campaign.code}:{number}:{medium}",
        language="en",
        subject="Hello",
        body="You are Gold now.",
        **{
            "queued_at": NOW,
            "not_before_at": NOW,
            "expires_at": NOW + timedelta(hours=48),
            **fields,
        },
    )
