"""A redemption behind the lock of its member's account: what each of its steps works on, and how a
step is written.

The account is locked before the redemption, so that a member's steps come one after the other;
limits and stock come after both. Source: docs/algorithms/rewards.md.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection

from loyalty.models import Redemption, RedemptionMove
from loyalty.rules import redemptions as rules
from loyalty.rules.entries import Document
from loyalty.services import accounts, programs
from loyalty.services.documents import Source
from loyalty.services.posting import Posting
from loyalty.services.programs import Terms
from loyalty.services.states import State
from members.errors import MemberErased, MemberMerged, NotFound
from members.registry.facts import Fact
from members.selectors import living
from members.services import bell
from members.services.idempotency import KeyReused

# As whom the points of unpaid redemptions are held; no channel can have this name.
HOLDER = "loyalty:redemptions"


@dataclass
class Case:
    """A redemption, its member's account behind the lock, and what its step writes."""

    row: Redemption
    state: State
    source: Source
    at: datetime
    terms: Terms = field(default_factory=programs.current)
    batch: Posting = field(init=False)
    moves: list[RedemptionMove] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.batch = Posting(at=self.at, source=self.source.name, actor_id=self.source.actor_id)

    @property
    def standing(self) -> str:
        """The state as it is now, whether or not a job has written it down."""
        return rules.state_at(self.row.state, self.row.expires_at, self.at)

    def document(self, step: str, occurred_at: datetime | None = None) -> Document:
        """For entries of the ledger; `step` is part of their key."""
        key = spend_key(self.row.pk) if step == "redeem" else f"redemption:{self.row.pk}:{step}"
        return Document(
            "REDEMPTION", self.row.pk, key, occurred_at or self.at, self.source.actor_id
        )

    def tell(self, fact: Fact, occurred_at: datetime | None = None) -> None:
        when = occurred_at or self.at
        self.batch.tell(fact, member_id=self.row.member_id, occurred_at=when)

    def step(self, to_state: str, reason: str = "", occurred_at: datetime | None = None) -> None:
        """Notes the step; `reason` is a code, since steps are never changed.

        Raises: ValueError, for one that no redemption takes: a fault of ours.
        """
        if to_state not in rules.STEPS[self.row.state]:
            raise ValueError(f"a redemption doesn't go from {self.row.state!r} to {to_state}")
        self.moves.append(
            RedemptionMove(
                redemption_id=self.row.pk,
                from_state=self.row.state,
                to_state=to_state,
                reason=reason,
                actor_id=self.source.actor_id,
                occurred_at=occurred_at or self.at,
            )
        )
        self.row.state = to_state


def spend_key(redemption_id: int) -> str:
    """What the key of the entry begins with that spent a redemption's points."""
    return f"redemption:{redemption_id}"


def lock(*, uid: UUID, source: Source, at: datetime) -> Case:
    """The redemption as it is behind the lock of its member's account; also of an erased member.

    Raises: NotFound.
    """
    while True:
        row = Redemption.objects.filter(uid=uid).first()
        if row is None:
            raise NotFound("there is no such redemption")
        try:
            with suppress(MemberErased):
                # As merges and erasures: the member before the account, since a coupon names both.
                living.refuse_gone(member_ids=[row.member_id])
            found = accounts.lock(member_ids=[row.member_id], includes_erased=True)
        except MemberMerged:
            # Into somebody else, meanwhile: the redemption is theirs now.
            if Redemption.objects.filter(pk=row.pk, member_id=row.member_id).exists():
                raise
            continue
        fresh = Redemption.objects.select_for_update(of=("self",), no_key=True)
        locked = fresh.select_related("reward", "member").get(pk=row.pk)
        return Case(locked, found[locked.member_id], source, at)


def give_stock(case: Case) -> None:
    """The pieces are in stock again and don't count against the member's limit."""
    row = case.row
    call(
        "loyalty_reward_give",
        row.reward_id,
        row.limit_key,
        holder(row.member_id),
        row.quantity,
        row.member_id % 16,
    )


def holder(member_id: int) -> str:
    """Whose limit a redemption counts against."""
    return f"member:{member_id}"


def write(case: Case, status_code: int) -> None:
    """Writes the steps of a redemption that is saved, and posts the entries that they made.

    Raises: KeyReused, when the Idempotency-Key was used for another request.
    """
    RedemptionMove.objects.bulk_create(case.moves)
    case.batch.remember(case.source.attempt, status_code, case.row.member_id)
    case.batch.close([case.state])
    try:
        case.batch.write()
    except IntegrityError as error:
        if "idempotency_key_used_once" in str(error):
            raise KeyReused from error
        raise
    if "dispatches" in case.batch.rows:
        bell.ring_on_commit()


def call(function: str, *values: Any) -> Any:
    """What a function of the database answers."""
    marks = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        # The names are constants of this app's.
        cursor.execute(f"SELECT {function}({marks})", values)
        return cursor.fetchone()[0]
