"""A campaign among people who edit, ask, decide, rewrite its segment, raise prices, pause and stop,
and a worker whose jobs come twice; and what must hold after each of their deeds."""

import random
from contextlib import suppress
from datetime import timedelta

from analytics.models import Segment
from analytics.services import segments
from campaigns.models import Campaign, Delivery, Enrollment, MessageTemplate, Run
from campaigns.services import campaign_approvals, campaigns, deliveries, journeys, run_jobs, runs
from loyalty.models import PrizeGrant, Program
from loyalty.services import programs
from members.errors import DomainError
from members.models import ApprovalRequest, Member, Store
from members.services import approvals
from tests import world
from tests.campaigns import made
from tests.campaigns.shop import enroll

NOW = world.NOW
HERE, THERE = "SH01", "BJ01"
POINTS = {"id": "g1", "kind": "GRANT", "what": "POINTS", "points": 50}
ENTRIES = {
    "AT": {"at": (NOW + timedelta(hours=1)).isoformat()},
    "RECURRING": {"clock": "15:00", "weekdays": [0, 1, 2, 3, 4, 5, 6]},
    "STATE": {"clock": "15:00"},
}


def stores_in(*codes):
    return {"field": "store.code", "op": "in", "value": sorted(codes)}


class World:
    """`covers`: by version what was approved for it: stores, text, and the worth of a point."""

    def __init__(self, dice: random.Random, provider) -> None:
        self.dice, self.provider, self.at = dice, provider, NOW
        there = Store.objects.get(code=THERE)
        self.members = [enroll(email=f"m{number}@example.org") for number in range(10)]
        Member.objects.filter(pk__in=[one.pk for one in self.members[::2]]).update(store=there)
        self.store_of = dict(
            Member.objects.filter(pk__in=[one.pk for one in self.members]).values_list(
                "pk", "store__code"
            )
        )
        self.maker = world.operator("maker", role="marketing_manager")
        self.checker = world.operator("checker", role="marketing_manager")
        self.clerk = world.operator("clerk", role="marketer")
        made.template(subject_en="0", body_en="0", body_zh="0")
        condition = stores_in(HERE)
        draft = segments.Draft(code="vip", name_en="VIP", condition=condition)
        vip = segments.define(draft=draft, at=NOW)
        self.pk = self._draft(vip).pk
        self.covers: dict[int, dict] = {}
        self.seen: set[int] = set()
        self.given = 0

    def _draft(self, vip: Segment) -> Campaign:
        entry = self.dice.choice(sorted(ENTRIES))
        gift = [POINTS] if self.dice.random() < 0.5 else []
        values = {
            "entry": entry,
            "entry_rule": ENTRIES[entry],
            "segment": vip,
            "late_policy": "SEND",
            "re_entry_days": 1 if entry == "STATE" else None,
            "steps": [made.message("EMAIL"), *gift],
        }
        draft = campaigns.Draft(code="news", name_en="News", values=values)
        return campaigns.create(draft=draft, actor=self.maker, at=NOW)

    def campaign(self) -> Campaign:
        return Campaign.objects.select_related("segment", "version").get(pk=self.pk)

    def reached(self) -> frozenset[str]:
        return frozenset(Segment.objects.get().condition["value"])

    def text(self) -> str:
        return MessageTemplate.objects.get(code="hello").body_en

    def worth(self) -> int:
        return Program.objects.get().redeem_amount

    # What people do

    def ask(self):
        campaigns.submit(campaign_id=self.pk, reason="go", maker=self.maker, at=self.at)

    def approve(self):
        request = ApprovalRequest.objects.filter(status="PENDING").latest("pk")
        said = {"stores": self.reached(), "text": self.text(), "worth": self.worth()}
        approvals.approve(request_id=request.pk, checker=self.checker, at=self.at)
        self.covers[self.campaign().version_id] = said

    def approve_own(self):
        """Neither who asked, nor who may not decide."""
        request = ApprovalRequest.objects.filter(status="PENDING").latest("pk")
        approvals.approve(
            request_id=request.pk, checker=self.dice.choice((self.maker, self.clerk)), at=self.at
        )
        raise AssertionError("nobody else may approve it")

    def reject(self):
        request = ApprovalRequest.objects.filter(status="PENDING").latest("pk")
        approvals.reject(request_id=request.pk, checker=self.checker, at=self.at, note="no")

    def withdraw(self):
        request = ApprovalRequest.objects.filter(status="PENDING").latest("pk")
        approvals.withdraw(request_id=request.pk, maker=self.maker, at=self.at)

    def edit(self):
        values = self.dice.choice(
            (
                {"expires_hours": self.dice.choice((24, 48))},
                {"audience_limit": self.dice.choice((None, 3, 6))},
                {"steps": self.dice.choice(([made.message("EMAIL")], [POINTS]))},
            )
        )
        campaigns.change(campaign_id=self.pk, values=values, at=self.at)

    def edit_text(self):
        number = str(int(self.text()) + 1)
        MessageTemplate.objects.filter(code="hello").update(
            subject_en=number, body_en=number, body_zh=number
        )

    def rewrite_segment(self):
        condition = stores_in(*self.dice.choice(((HERE,), (THERE,), (HERE, THERE))))
        found = Segment.objects.get()
        if self.dice.random() < 0.3:
            Segment.objects.filter(pk=found.pk).update(condition=condition)
            return
        draft = segments.Draft(code="vip", name_en="VIP", condition=condition)
        segments.change(segment_id=found.pk, version=found.version, draft=draft, at=self.at)

    def change_price(self):
        program = Program.objects.get()
        program.redeem_amount = self.dice.choice((1, 2, 3)) * 100
        program.save()
        programs.forget()
        campaign_approvals.pause_dearer()

    def pause(self):
        campaigns.pause(campaign_id=self.pk, reason="wait", actor_id=None, at=self.at)

    def resume(self):
        campaigns.resume(campaign_id=self.pk, reason="on", actor_id=None, at=self.at)

    def kill(self):
        if self.dice.random() < 0.2:
            campaigns.kill(campaign_id=self.pk, reason="stop", actor_id=None, at=self.at)

    # What the workers do, in parts and twice

    def wait(self):
        self.at += timedelta(minutes=self.dice.choice((1, 20, 60, 600, 1500)))

    def minute(self):
        campaign_approvals.pause_dearer()
        campaign_approvals.pause_redefined()
        runs.begin_due(at=self.at)
        runs.settle(at=self.at)

    def freeze(self):
        last = self.members[-1].pk
        for run_id in self._some_run():
            run_jobs.freeze_part(run_id=run_id, last=last, at=self.at)

    def plan(self):
        for run_id in self._some_run():
            run_jobs.plan_part(run_id=run_id, at=self.at, limit=2)

    def send(self):
        deliveries.send_due(at=self.at, limit=3)

    def advance(self):
        journeys.advance_due(at=self.at, limit=3)

    def _some_run(self):
        ids = list(Run.objects.values_list("pk", flat=True))
        return [self.dice.choice(ids)] if ids else []

    # What somebody does next in each state, most of the time; else anything at all.
    USUAL = {
        "DRAFT": ("ask",),
        "IN_REVIEW": ("approve", "approve", "approve_own"),
        "SCHEDULED": ("wait", "minute"),
        "RUNNING": ("minute", "freeze", "freeze", "plan", "plan", "send", "send", "advance"),
        "PAUSED": ("ask", "resume"),
        "FINISHED": ("send", "minute"),
        "KILLED": ("send", "minute", "plan"),
    }
    DEEDS = (
        *("ask", "approve", "approve_own", "reject", "withdraw", "edit", "edit_text", "pause"),
        *("rewrite_segment", "rewrite_segment", "change_price", "kill", "resume", "wait", "minute"),
        *("freeze", "plan", "send", "advance"),
    )

    def step(self) -> None:
        before = self.campaign().state
        usual = self.dice.random() < 0.7
        deed = self.dice.choice(self.USUAL[before] if usual else self.DEEDS)
        # Shown where a test fails.
        print(deed, end=" ")
        with suppress(DomainError, ApprovalRequest.DoesNotExist):
            getattr(self, deed)()
        self.check(deed, before)

    # What holds

    def check(self, deed: str, before: str) -> None:
        campaign = self.campaign()
        self._nobody_uncovered(campaign, before)
        self._conserved()
        if campaign.state in ("SCHEDULED", "RUNNING"):
            assert campaign.version_id in self.covers, "it goes without an approval"
        if campaign.state in ("RUNNING", "SCHEDULED") and deed != "edit_text":
            assert campaign.approved_hash
        if before in ("KILLED", "FINISHED"):
            assert campaign.state == before
        if deed == "approve_own" and before == "IN_REVIEW":
            assert campaign.state in ("IN_REVIEW", "DRAFT", "PAUSED")
        waiting = ApprovalRequest.objects.filter(status="PENDING").count()
        assert waiting == (campaign.state == "IN_REVIEW"), (deed, waiting, campaign.state)

    def _nobody_uncovered(self, campaign: Campaign, before: str) -> None:
        sent = Delivery.objects.exclude(sent_at=None).exclude(pk__in=self.seen)
        for one in sent.select_related("enrollment"):
            self.seen.add(one.pk)
            cover = self.covers[one.enrollment.version_id]
            assert before in ("RUNNING", "FINISHED"), f"sent while {before}"
            assert self.store_of[one.member_id] in cover["stores"], "sent to somebody else"
            [got] = [m for m in self.provider.got if m.send_key == one.send_key]
            assert cover["text"] in got.body.split(), "another text was sent"
        given = PrizeGrant.objects.count()
        if given > self.given:
            assert before == "RUNNING", f"given while {before}"
            assert self.worth() <= self.covers[campaign.version_id]["worth"]
            self.given = given

    def _conserved(self) -> None:
        for run in Run.objects.all():
            rows = Enrollment.objects.filter(run=run)
            if run.frozen_at is not None:
                assert rows.count() == run.members_count
            ended = rows.filter(state__in=("DONE", "EXITED", "EXCLUDED"))
            if run.state in ("FINISHED", "KILLED"):
                assert ended.count() == rows.count()
                assert not Delivery.objects.filter(run=run, state__in=Delivery.OPEN).exists()
            assert not rows.filter(state__in=("EXITED", "EXCLUDED"), reason="").exists()
        keys = [message.send_key for message in self.provider.got]
        assert len(keys) == len(set(keys)), "sent twice"
