"""Rows of journeys: tasks for clerks, addresses of other systems and calls of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from campaigns.models import ClerkTask, StepCall, WebhookEndpoint
from campaigns.services import enrollments, journeys, webhook_endpoints
from campaigns.services.enrollments import Entering
from campaigns.services.webhook_endpoints import Draft
from tests.campaigns import made

TASK = {"id": "t1", "kind": "TASK", "title_zh": "打电话", "title_en": "Call", "days": 3}


def fill(people: Sequence[Any], *, at: datetime) -> None:
    for number in range(6):
        draft = Draft(code=f"crm-{number}", url=f"https://{number}.example.org/", name_en="CRM")
        webhook_endpoints.add(draft=draft, actor_id=None, at=at)
    tell = {"id": "w1", "kind": "WEBHOOK", "endpoint": "crm-0"}
    campaign = made.running("called", at=at, steps=[TASK, tell])
    entering = [Entering(member_id=one.pk, entry_key=f"k{one.pk}") for one in people]
    enrollments.enter(campaign=campaign, entering=entering, at=at)
    journeys.advance_due(at=at)
    assert ClerkTask.objects.count() == StepCall.objects.count() == len(people)
    assert WebhookEndpoint.objects.exists()
