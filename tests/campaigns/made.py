"""Campaigns that run, made as the product makes them."""

from datetime import datetime
from typing import Any

from django.db.models import Max

from campaigns.models import Campaign, MessageTemplate
from campaigns.services import campaign_approvals, campaigns, run_jobs, runs
from campaigns.services.campaigns import Draft
from members.models import Member
from tests import world

NOW = world.NOW
HELLO = {"subject_en": "Hello", "body_en": "Hello {{ name }}", "body_zh": "您好 {{ name }}"}
EVERYBODY = {"all": [{"field": "member.joined_days", "op": "gte", "value": 0}]}


def template(code: str = "hello", **fields: Any) -> MessageTemplate:
    return MessageTemplate.objects.get_or_create(code=code, defaults={**HELLO, **fields})[0]


def message(*media: str, template: str = "hello", step: str = "m1", **more: Any) -> dict[str, Any]:
    return {"id": step, "kind": "MESSAGE", "template": template, "media": list(media), **more}


def running(code: str = "news", *, at: datetime = NOW, **values: Any) -> Campaign:
    """A campaign that a second person is taken to have approved; by default one message by inbox,
    when a tier is reached, without quiet hours."""
    template()
    draft = Draft(
        code=code,
        name_en=code,
        values={
            "entry": "EVENT",
            "entry_rule": {"event": "loyalty.tier.upgraded"},
            "steps": [message("INBOX")],
            **values,
        },
    )
    campaign = campaigns.create(draft=draft, actor=None, at=at)
    campaign_approvals.begin_unasked(campaign=campaign, at=at)
    return campaign


def run_through(*, at: datetime) -> None:
    """What beat and the worker do: runs that are due begin, are frozen and planned."""
    for run in runs.begin_due(at=at):
        last = Member.objects.aggregate(last=Max("pk"))["last"]
        while run_jobs.freeze_part(run_id=run.pk, last=last, at=at) is not None:
            pass
        plan(run.pk, at=at)


def plan(run_id: int, *, at: datetime) -> None:
    while run_jobs.plan_part(run_id=run_id, at=at):
        pass
