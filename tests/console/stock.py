"""A shop with rows in every table of the console, made by its services where there are any."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from campaigns.models import ContactPolicy, FrequencyCap, MarginFloor, Offer, OfferUse
from campaigns.services import defaults
from loyalty.models import (
    CouponType,
    Order,
    Program,
    StackingGroup,
)
from loyalty.services import (
    behavior_plans,
    behaviors,
    coupon_batches,
    coupon_types,
    coupons,
    holds,
    operations,
    points,
    transfers,
)
from loyalty.services.behaviors import Behavior
from loyalty.services.documents import HoldDocument, TransferDocument
from members.models import (
    AccessPolicy,
    ApprovalRequest,
    Dispatch,
    Job,
    JobError,
    Store,
    Tag,
    User,
)
from members.services import (
    audit,
    dispatches,
    jobs,
)
from members.services.consents import ConsentGiven
from members.services.identities import IdentityClaim
from members.services.members import Registration
from tests import world
from tests.console import (
    stock_benefits,
    stock_challenges,
    stock_journeys,
    stock_merges,
    stock_privacy,
    stock_receipts,
    stock_referrals,
    stock_registers,
    stock_rewards,
    stock_scores,
    stock_segments,
    stock_service,
    stock_spends,
    voice_stock,
)
from tests.loyalty import till
from tests.members import behaviors as sent

ROWS = 12


def trade(*, at: datetime = world.NOW) -> dict[str, Any]:
    """Members of both stores with orders, a refund, messages and three requests."""
    defaults.install(at=at)
    people = [_person(number, at) for number in range(ROWS)]
    sold = [_sell(number, at) for number in range(ROWS)]
    till.give_back(sold[0], "R-1", when=at)
    while dispatches.drain(at=at):
        pass
    maker = world.operator("asks", role="clerk", store_codes=["SH01"])
    asked = [_ask(people[number].pk, maker, at) for number in range(3)]
    return {"members": people, "orders": sold, "requests": asked, "maker": maker}


def fill(*, at: datetime = world.NOW) -> dict[str, Any]:
    """What `trade` makes, and work of all kinds: rows in every table."""
    made = trade(at=at)
    people, maker = made["members"], made["maker"]
    _work(people[0], at)
    stock_service.fill(people, at)
    _behavior(people, at)
    _deeds(people[0], at)
    _moves(people, at)
    _offers(people, at)
    _coupons(people, at)
    stock_benefits.fill(people, at)
    stock_rewards.fill(people, at=at)
    voice_stock.fill(people, at)
    stock_privacy.fill(people, at=at)
    stock_registers.fill(people, actor_id=maker.pk, at=at)
    stock_challenges.fill(people, at=at)
    stock_referrals.fill(people, at=at)
    stock_journeys.fill(people, at=at)
    stock_merges.fill(people, at=at)
    stock_scores.fill(people, at=at)
    stock_segments.fill(people, actor_id=maker.pk, at=at)
    stock_spends.fill(actor=maker, at=at)
    stock_receipts.fill(people, actor_id=maker.pk, at=at)
    return made


def _person(number: int, at: datetime) -> Any:
    return world.register(
        Registration(
            identities=(IdentityClaim("PHONE", f"1370000{number:04d}"),),
            name=f"张{number}",
            channel="pos",
            store="SH01" if number % 2 == 0 else "BJ01",
            consents=(ConsentGiven("MARKETING", "INBOX", True, "2026-01"),),
        ),
        at=at,
    )


def _sell(number: int, at: datetime) -> Any:
    """Every other one in Beijing; the first makes its member Silver with the ones that follow."""
    return till.sell(
        f"T-{number}",
        till.line("1", 90_000 + number),
        till.line("2", 10_000),
        phone=f"1370000{number % 2:04d}",
        when=at - timedelta(hours=ROWS - number),
        now=at,
        store="SH01" if number % 2 == 0 else "BJ01",
    )


def _ask(member_id: int, maker: User, at: datetime) -> ApprovalRequest:
    asked = points.adjust(
        member_id=member_id, points=100, reason="goodwill", actor=maker, at=at
    ).approval
    assert asked is not None
    return asked


def _work(member: Any, at: datetime) -> None:
    world.api_client()
    AccessPolicy.objects.create(pk=1)
    ContactPolicy.objects.create(pk=1, costs={"SMS": 5})
    Tag.objects.create(code="vip", name_zh="贵宾", name_en="VIP")
    StackingGroup.objects.create(program=Program.objects.get(), code="offers", name_en="Offers")
    audit.record(action="member.seen", at=at, member_id=member.pk, reason="asked")
    event = member.events.first()
    for number in range(ROWS):
        Dispatch.objects.create(
            event=event, subscriber=f"s-{number}", state="DEAD", attempts=10, next_at=at
        )
        job = Job.objects.create(
            kind="imports.members", total_count=10, done_count=number % 10, created_at=at
        )
        JobError.objects.create(job=job, row=number, code="bad_phone", message="No phone number")


def _behavior(people: list[Any], at: datetime) -> None:
    """What each did in a channel, and a visitor whom nobody knows."""
    deeds = [
        sent.told(f"e-{number}", member=sent.by(person), occurred_at=at - timedelta(hours=number))
        for number, person in enumerate(people)
    ]
    sent.send(*deeds, sent.told("e-nobody", visitor="v-1", occurred_at=at), at=at)


def _deeds(member: Any, at: datetime) -> None:
    """Behaviors, and operations on many members; last, so that nobody earned by them before."""
    behavior_plans.set_up(program=Program.objects.get(), at=at)
    tap = Behavior(member_id=member.pk, code="check-in", occurred_at=at)
    behaviors.record(behavior=tap, teller=behaviors.US, at=at)
    chief = world.operator("grants", role="administrator")
    for number in range(ROWS):
        made = operations.create(
            draft=operations.Draft(
                kind="GRANT", reason="campaign", audience={"tag": "vip"}, points=number + 1
            ),
            actor=chief,
            at=at,
        )
        jobs.run(job_id=made.job_id, clock=lambda: at)


def _moves(people: list[Any], at: datetime) -> None:
    """Points kept aside, and given to another member."""
    Program.objects.update(transfers_allowed=True)
    by = [{"type": "id", "value": str(person.uid)} for person in people]
    for number in range(ROWS):
        hold = {"external_id": f"h-{number}", "member": by[0], "points": 1}
        holds.create(hold=msgspec.convert(hold, HoldDocument), source=till.TILL, at=at)
        sent = {"external_id": f"g-{number}", "from": by[0], "to": by[1], "points": 1}
        document = msgspec.convert(sent, TransferDocument)
        transfers.transfer(transfer=document, source=till.TILL, at=at)


def _coupons(people: list[Any], at: datetime) -> None:
    """Types that are live, batches of codes, and coupons that members hold."""
    for number in range(ROWS):
        draft = CouponType.objects.create(
            code=f"c-{number}",
            name_en=f"Coupon {number}",
            amount=2_000,
            validity="DAYS",
            valid_days=30,
            stock_count=1_000,
            condition={"field": "member.tier", "op": "eq", "value": "silver"},
        )
        made = coupon_types.go_live(type_id=draft.pk)
        batch = coupon_batches.enqueue(type_id=made.pk, count=2, note="leaflets", at=at)
        jobs.run(job_id=batch.job_id, clock=lambda: at)
        coupons.grant(type_code=made.code, member_id=people[0].pk, key=f"c-{number}", at=at)


def _offers(people: list[Any], at: datetime) -> None:
    """Offers with a step and a budget, each used by an order; floors for goods and a category."""
    sold = list(Order.objects.order_by("pk")[:ROWS])
    for number in range(ROWS):
        offer = Offer.objects.create(
            code=f"save-{number}",
            name_en=f"Save {number}",
            state=Offer.State.PUBLISHED,
            steps=[{"min_amount": 10_000, "amount": 2_000}],
            condition={"field": "store.code", "op": "in", "value": ["SH01"]},
            budget_amount=100_000,
            valid_from=at - timedelta(days=1),
        )
        offer.stores.set(Store.objects.filter(code="SH01"))
        OfferUse.objects.create(
            offer=offer,
            code=offer.code,
            state=OfferUse.State.COMMITTED,
            order_id=sold[number].pk,
            member_id=people[number].pk,
            used_on=at.date(),
            amount=2_000,
            recorded_at=at,
        )
        MarginFloor.objects.create(category=f"category-{number}", floor_amount=1_000)
        FrequencyCap.objects.create(most_count=number + 1, is_active=False)
