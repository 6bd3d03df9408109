"""A campaign to everybody: the audience frozen, messages written, claimed and sent to the inbox.

The path of the product: conditions compiled, arms drawn, each member before the gate twice, texts
filled in and sealed, an event told for each message. Beside it, as the yardstick, a plain copy of
as many rows into a table with the same indexes. Memory is that of the process at its highest.
"""

import resource
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils import timezone

from campaigns.models import Campaign, Delivery, Enrollment, MessageTemplate, Run
from campaigns.services import campaign_approvals, campaigns, deliveries, run_jobs, runs
from campaigns.services.campaigns import Draft
from members.models import Job, Member, MemberKey
from members.sealing import keys
from tests.benchmarks import population, report

_KEYS = 5_000


@dataclass(frozen=True)
class Sent:
    """Seconds, and members, of one campaign to everybody."""

    members: int
    freezing: float
    copying: float
    planning: float
    sending: float
    memory_mb: float
    states: Mapping[str, int]


def fill(*, at: datetime) -> None:
    """Everybody has a key that seals what they are written; nine of ten may be written to."""
    _give_keys()
    with population.owner() as cursor, population.without_indexes(cursor, ("members_consent",)):
        cursor.execute(_CONSENTS, {"at": at})


def measure(*, at: datetime) -> Sent:
    """Sends the campaign, part after part, as the job and the sender do."""
    campaign = _campaign(at)
    run = runs.begin_due(at=at)[0]
    last = Member.objects.aggregate(last=Max("pk"))["last"] or 0

    def freeze() -> bool:
        return run_jobs.freeze_part(run_id=run.pk, last=last, at=timezone.now()) is not None

    freezing = _time(freeze)
    copying = _copy(run)
    planning = _time(lambda: bool(run_jobs.plan_part(run_id=run.pk, at=timezone.now())))
    sending = _time(lambda: bool(deliveries.send_due(at=timezone.now())))
    runs.settle(at=timezone.now())
    run.refresh_from_db()
    assert run.state == Run.State.FINISHED, run.state
    Job.objects.filter(kind=run_jobs.KIND).update(state=Job.State.CANCELED)
    rows = Delivery.objects.filter(campaign=campaign)
    excluded = Enrollment.objects.filter(run=run, state=Enrollment.State.EXCLUDED).count()
    sent = rows.filter(state=Delivery.State.SENT).count()
    assert sent + excluded == run.members_count
    return Sent(
        members=run.members_count,
        freezing=freezing,
        copying=copying,
        planning=planning,
        sending=sending,
        memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024,
        states={"SENT": sent, "EXCLUDED": excluded},
    )


def show(sent: Sent) -> None:
    count = sent.members
    report.say(f"{count:,} members in the audience: {sent.states}")
    for name, seconds in (
        ("frozen", sent.freezing),
        ("planned", sent.planning),
        ("claimed and sent", sent.sending),
    ):
        report.say(f"  {name}: {seconds:.0f} s, {count / seconds:,.0f} a second")
    report.say(f"  frozen ÷ copied: {sent.freezing / sent.copying:.2f}")
    report.goal("G16", "memory of a campaign to everybody, MB", sent.memory_mb, 500, most=True)


def _give_keys() -> None:
    rows = Member.objects.filter(key=None).order_by("pk").values_list("pk", flat=True)
    for some in batched(list(rows), _KEYS):
        made = (keys.new_member_key() for _ in some)
        MemberKey.objects.bulk_create(
            MemberKey(member_id=member_id, kek_version=version, wrapped=wrapped)
            for member_id, (_, version, wrapped) in zip(some, made, strict=True)
        )


def batched(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _campaign(at: datetime) -> Campaign:
    MessageTemplate.objects.get_or_create(
        code="bench", defaults={"name_en": "Bench", "body_en": "Dear {{ card_number }}, hello."}
    )
    step = {"id": "m1", "kind": "MESSAGE", "template": "bench", "media": ["INBOX"]}
    everybody = {"all": [{"field": "member.joined_days", "op": "gte", "value": 0}]}
    values: dict[str, Any] = {
        "condition": everybody, "steps": [step], "expires_hours": 700, "late_policy": "SEND",
    }  # fmt: skip
    code = f"bench-{int(at.timestamp())}"
    campaign = campaigns.create(
        draft=Draft(code=code, name_en=code, values=values), actor=None, at=at
    )
    campaign_approvals.begin_unasked(campaign=campaign, at=at)
    return campaign


def _copy(run: Run) -> float:
    """Seconds that a plain copy of the frozen rows takes, with the same indexes."""
    with population.owner() as cursor:
        cursor.execute("CREATE TEMP TABLE copied (LIKE campaigns_enrollment INCLUDING ALL)")
        began = time.monotonic()
        cursor.execute("INSERT INTO copied SELECT * FROM campaigns_enrollment")
        return time.monotonic() - began


def _time(step: Callable[[], bool]) -> float:
    began = time.monotonic()
    while step():
        pass
    return time.monotonic() - began


_CONSENTS = """
INSERT INTO members_consent (
    member_id, purpose, medium, is_granted, policy_version, source, occurred_at, recorded_at)
SELECT id, 'MARKETING', 'INBOX', TRUE, '1', 'bench', %(at)s, %(at)s
FROM members_member WHERE id %% 10 <> 0
"""
