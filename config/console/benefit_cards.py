"""A member's benefits at the counter: what can be used here now, each with a button of its own.

A button bears the number of its use: pressed twice, or sent again, it is one use.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from config.console.results import GOOD, Result
from loyalty.admin import benefit_sentences, benefit_words
from loyalty.rules.benefits import Standing
from loyalty.selectors import benefit_lists, benefits
from loyalty.services import benefit_claims, benefit_uses
from loyalty.services.benefit_grants import is_honored_by_carts
from loyalty.services.benefit_uses import Ask
from members.errors import NotFound
from members.models import Member, Store, User
from members.selectors import members

RIGHT = "loyalty.add_benefituse"
SOURCE = "counter"
MOST = 8
_SALT = "counter.benefit"
# A card that stood open longer is scanned anew.
_SECONDS = 12 * 3_600


@dataclass(frozen=True)
class BenefitCard:
    """`token` is what the button sends: "" where it can't be used now, and `why_not` says why."""

    name: str
    what: str
    left: str
    why_not: str
    token: str
    may_claim: bool


@dataclass(frozen=True)
class _Told:
    """What a button sent."""

    member: Member
    code: str
    number: str


def of_member(*, member: Member, operator: User, at: datetime) -> tuple[BenefitCard, ...]:
    """The first few in the member's own order; coupons, and what carts take by themselves, are
    shown where they are used."""
    if not operator.has_perm("loyalty.view_benefit"):
        return ()
    shown = [
        one.found
        for one in benefit_lists.of_member(member_id=member.pk, at=at)
        if one.found.benefit.coupon_type_id is None and not is_honored_by_carts(one.found.benefit)
    ]
    may_use = operator.has_perm(RIGHT)
    return tuple(
        BenefitCard(
            name=found.benefit.name,
            what=benefit_sentences.worth(found.benefit),
            left=benefit_words.left(found.standing),
            why_not=benefit_words.why_not(found.standing.why_not),
            token=_token(member, found.benefit.code, found.standing) if may_use else "",
            may_claim=found.standing.may_claim,
        )
        for found in shown[:MOST]
    )


def _token(member: Member, code: str, standing: Standing) -> str:
    if not (standing.is_usable or standing.may_claim):
        return ""
    return signing.dumps([str(member.uid), code, uuid4().hex], salt=_SALT)


@transaction.atomic
def use(*, token: str, store: Store | None, operator: User, at: datetime) -> tuple[Member, Result]:
    """The benefit of a button, used; one that waits for a claim is claimed and used in one, or
    neither.

    Raises: NotFound, for a button of another day; BenefitRefused.
    """
    told = _read(token)
    benefit = benefits.by_code(code=told.code)
    found = benefits.of_member(member_id=told.member.pk, at=at, only=[benefit.pk])[0].standing
    if found.may_claim and not found.is_usable:
        benefit_claims.claim(
            member_id=told.member.pk, benefit_id=benefit.pk, at=at, actor_id=operator.pk
        )
    ask = Ask(
        benefit_id=benefit.pk,
        member_id=told.member.pk,
        source=SOURCE,
        external_id=told.number,
        store_id=None if store is None else store.pk,
        actor_id=operator.pk,
    )
    used = benefit_uses.use(ask=ask, at=at)
    left = "" if used.left is None else _("%(count)s left of it.") % {"count": f"{used.left:,}"}
    return told.member, Result(GOOD, _("Used: %(name)s") % {"name": benefit.name}, left)


def member_of(token: str) -> Member:
    """Whose button it is. Raises: NotFound."""
    return _read(token).member


def _read(token: str) -> _Told:
    try:
        uid, code, number = signing.loads(token, salt=_SALT, max_age=_SECONDS)
    except (signing.BadSignature, ValueError):
        raise NotFound("scan the card again") from None
    return _Told(members.by_uid(uid=UUID(uid)), code, number)
