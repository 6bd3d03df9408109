"""What looks like one hand behind two members: a referral is looked at before it brings anything.

Devices and cards are compared as blind indexes; nothing says which they were.
Source: docs/algorithms/referral.md.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F

from loyalty.models import Coupon, Order, PoolUse, Referral, ReferralProgram, ReferralTrace
from loyalty.rules import referrals as rules
from members.models import Identity, Member
from members.sealing import blind
from members.selectors import merges

_Kind = ReferralTrace.Kind
_HOUR = timedelta(hours=1)
_SALE_AND_CARD = timedelta(hours=12)
# A chain longer than this that comes back to its beginning is nobody's trick.
_LONGEST = 50
# More payment cards than anybody has.
_MOST_CARDS = 1_000
# Ids of other systems and card numbers may be equal by chance.
_PERSONAL = (
    Identity.Kind.PHONE,
    Identity.Kind.EMAIL,
    Identity.Kind.WECHAT_OPENID,
    Identity.Kind.WECHAT_UNIONID,
    Identity.Kind.ALIPAY_UID,
)
# Where an order says which card paid for it: the payment provider's token.
PAYMENT_CARD = "payment_card"


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Who is said to have recommended whom, with the blind indexes that the claim came with."""

    program: ReferralProgram
    referrer_id: int
    friend_id: int
    device: bytes | None = None
    payment: bytes | None = None


def index(kind: str, text: str) -> bytes | None:
    """The blind index of a device or a payment card; None for nothing."""
    plain = text.strip()
    # The key of ids of other systems, which never begin like this.
    return blind.index("EXTERNAL", f"referral|{kind}|{plain}") if plain else None


def note(*, member_id: int, device: bytes | None, payment: bytes | None, at: datetime) -> None:
    """Keeps what a member was seen with; again it is the same."""
    seen = [
        ReferralTrace(member_id=member_id, kind=kind, index=value, seen_at=at)
        for kind, value in ((_Kind.DEVICE, device), (_Kind.PAYMENT, payment))
        if value is not None
    ]
    ReferralTrace.objects.bulk_create(
        seen,
        update_conflicts=True,
        unique_fields=["index", "kind", "member"],
        update_fields=["seen_at"],
    )


def alone(pairs: Collection[Pair]) -> None:
    """One at a time, to the end of the transaction, of those who come from one device or through
    one member: who comes at the same moment is counted too."""
    names = {f"device:{one.device.hex()}" for one in pairs if one.device is not None}
    names |= {f"referrer:{one.referrer_id}" for one in pairs if one.program.hour_limit is not None}
    if names:
        with connection.cursor() as cursor:
            cursor.execute(_ALONE, [sorted(names)])


def reasons(pair: Pair, *, at: datetime, is_newcomer: bool = False) -> list[str]:
    """Why somebody has to look first, in a fixed order; empty: nothing speaks against it.
    `is_newcomer`: the friend joins in this transaction."""
    theirs = merges.one_person(member_id=pair.referrer_id, at=at)
    own = merges.one_person(member_id=pair.friend_id, at=at)
    found = {
        **_same_identity(theirs, own),
        "same_device": _same_trace(_Kind.DEVICE, pair.device, theirs, own),
        "same_payment_card": _same_card(theirs, own, pair.payment),
        "ring": bool(ring(friend_id=pair.friend_id, referrer_id=pair.referrer_id)),
        "known_buyer": _bought_before(own, is_newcomer=is_newcomer),
        "many_from_device": _many_from_device(pair),
        "many_in_hour": _many_in_hour(pair, at),
    }
    return [reason for reason, is_so in found.items() if is_so]


def reasons_of_orders(*, referrer_ids: Collection[int], friend_ids: Collection[int]) -> list[str]:
    """What an order that came since the claim tells against it."""
    found = {
        "same_payment_card": _same_card(referrer_ids, friend_ids, None),
        "known_buyer": _ordered_before_joining(friend_ids),
    }
    return [reason for reason, is_so in found.items() if is_so]


def ring(*, friend_id: int, referrer_id: int) -> tuple[int, ...]:
    """The members of the ring that this pair closes; empty without one. Refused referrals lead
    nowhere."""
    referrer_of, one = {friend_id: referrer_id}, referrer_id
    for _ in range(_LONGEST):
        above = _above(one)
        if above is None:
            return ()
        referrer_of[one] = above
        if above == friend_id:
            return rules.ring(friend_id, referrer_of)
        if above in referrer_of:
            return ()
        one = above
    return ()


def _above(member_id: int) -> int | None:
    """Who recommended a member, also where no programme was live then."""
    rows = Referral.objects.filter(friend_id=member_id).exclude(state=Referral.State.REFUSED)
    found: int | None = rows.values_list("referrer_id", flat=True).first()
    if found is None:
        cards = Member.objects.filter(pk=member_id).order_by()
        found = cards.values_list("referrer_id", flat=True).first()
    return found


def _same_card(theirs: Collection[int], own: Collection[int], told: bytes | None) -> bool:
    """Whether one payment card is behind both: told with a claim, or named by an order."""
    mine = _cards(own) | ({told} if told else set())
    return bool(mine) and not mine.isdisjoint(_cards(theirs))


def _cards(member_ids: Collection[int]) -> set[bytes]:
    rows = ReferralTrace.objects.filter(member_id__in=member_ids, kind=_Kind.PAYMENT)
    traces = {bytes(one) for one in rows.values_list("index", flat=True)}
    paid = Order.objects.filter(member_id__in=member_ids, metadata__has_key=PAYMENT_CARD)
    tokens = paid.order_by().values_list(f"metadata__{PAYMENT_CARD}", flat=True).distinct()
    named = {index("payment", str(token)) for token in tokens[:_MOST_CARDS]}
    return traces | {one for one in named if one is not None}


def _same_identity(theirs: Collection[int], own: Collection[int]) -> dict[str, bool]:
    """A phone, or another identity, that leads to both; also e-mail addresses that end in one
    mailbox."""
    rows = Identity.objects.filter(member_id__in={*theirs, *own}, kind__in=_PERSONAL)
    seen: dict[bytes, set[bool]] = {}
    kinds: dict[bytes, str] = {}
    columns = ("member_id", "kind", "digest", "loose_digest")
    for member_id, kind, digest, loose in rows.values_list(*columns):
        key = bytes(loose or digest)
        seen.setdefault(key, set()).add(member_id in own)
        kinds[key] = kind
    both = {kinds[key] for key, sides in seen.items() if len(sides) == 2}
    return {
        "same_phone": Identity.Kind.PHONE in both,
        "same_identity": bool(both - {Identity.Kind.PHONE}),
    }


def _same_trace(
    kind: str, told: bytes | None, theirs: Collection[int], own: Collection[int]
) -> bool:
    rows = ReferralTrace.objects.filter(kind=kind)
    mine = {bytes(one) for one in rows.filter(member_id__in=own).values_list("index", flat=True)}
    mine |= {told} if told else set()
    return bool(mine) and rows.filter(member_id__in=theirs, index__in=mine).exists()


def _bought_before(own: Collection[int], *, is_newcomer: bool) -> bool:
    """Orders from before the friend joined, or something that is limited per person and that a
    guest with this phone used."""
    if _ordered_before_joining(own):
        return True
    phones = Identity.objects.filter(member_id__in=own, kind=Identity.Kind.PHONE)
    guests = [f"guest:{bytes(one).hex()}" for one in phones.values_list("digest", flat=True)]
    holders = list(guests)
    if is_newcomer:
        # What a guest used has become the newcomer's a moment ago.
        holders += [f"member:{one}" for one in own]
    used = PoolUse.objects.filter(holder__in=holders).exists()
    return used or Coupon.objects.filter(holder__in=guests).exists()


def _ordered_before_joining(own: Collection[int]) -> bool:
    # A till may send the sale a little before it sends the card that was made at it.
    before = F("member__joined_at") - _SALE_AND_CARD
    return Order.objects.filter(member_id__in=own, occurred_at__lt=before).exists()


def _many_from_device(pair: Pair) -> bool:
    most = pair.program.device_limit
    if most is None or pair.device is None:
        return False
    others = Referral.objects.filter(device_index=pair.device).exclude(friend_id=pair.friend_id)
    return others.exclude(state=Referral.State.REFUSED).count() >= most


def _many_in_hour(pair: Pair, at: datetime) -> bool:
    most = pair.program.hour_limit
    if most is None:
        return False
    recent = Referral.objects.filter(referrer_id=pair.referrer_id, claimed_at__gt=at - _HOUR)
    return recent.exclude(friend_id=pair.friend_id).count() >= most


_ALONE = """
SELECT pg_advisory_xact_lock(hashtextextended('loyalty.referrals:' || one.name, 0))
FROM unnest(%s::text[]) AS one (name)
"""
