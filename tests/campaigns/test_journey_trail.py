"""What the trail of changes shows of campaigns' settings."""

import pytest

from campaigns.models import Suppression, WebhookEndpoint
from members.models import ChangeRecord
from tests.campaigns.shop import NOW

pytestmark = pytest.mark.django_db


def test_the_trail_shows_no_address_and_no_secret(shop):
    Suppression.objects.create(
        medium="EMAIL", digest=b"d" * 32, reason="BY_HAND", note="Alice", created_at=NOW
    )
    WebhookEndpoint.objects.create(
        code="crm", url="https://example.org", secrets="whsec_x", created_at=NOW
    )

    after = ChangeRecord.objects.filter(table="campaigns_suppression").latest("pk").after
    assert (after["digest"], after["note"], after["reason"]) == ("sealed", "sealed", "BY_HAND")
    after = ChangeRecord.objects.filter(table="campaigns_webhookendpoint").latest("pk").after
    assert after["secrets"] == "sealed"
