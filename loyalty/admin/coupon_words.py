"""A coupon's state, steps and code as staff read them."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty.models import Coupon
from loyalty.selectors import coupons

_State = Coupon.State
_GROUP = 4
COLORS = {
    "ISSUED": "info",
    "CLAIMED": "primary",
    "LOCKED": "warning",
    "REDEEMED": "success",
    "EXPIRED": "default",
    "VOID": "danger",
}
# What the functions of the database write as the reason of a step; operators write their own.
REASONS: dict[str, Any] = {
    "operator": gettext_lazy("Given by staff"),
    "offer": gettext_lazy("Gift of an offer"),
    "campaign": gettext_lazy("From a campaign"),
    "claim": gettext_lazy("Claimed by the member"),
    "public": gettext_lazy("By the public code"),
    "code": gettext_lazy("By entering the code"),
    "import": gettext_lazy("Imported"),
    "batch": gettext_lazy("Made with a batch"),
    "released": gettext_lazy("Let go by the checkout"),
    "lock_over": gettext_lazy("The checkout took too long"),
    "expired": gettext_lazy("Its time was over"),
    "refunded": gettext_lazy("The goods came back"),
    "transferred": gettext_lazy("Given to a friend"),
    "received": gettext_lazy("From a friend"),
    "late": gettext_lazy("Used by an order that came late"),
    "merged": gettext_lazy("Two cards became one"),
}
# What services say when they refuse a coupon, for the catalogs: dialogs show it translated.
REFUSALS = (
    gettext_lazy("There is no such coupon; check the code."),
    gettext_lazy("This coupon belongs to somebody else."),
    gettext_lazy("This coupon is void."),
    gettext_lazy("This coupon was used before."),
    gettext_lazy("This coupon is kept for another order."),
    gettext_lazy("This coupon is not valid yet."),
    gettext_lazy("This coupon has expired."),
    gettext_lazy("This coupon is not valid in this store."),
    gettext_lazy("The member has had as many of these as one may have."),
    gettext_lazy("The member has had as many of these today as one may have in a day."),
    gettext_lazy("None of these are left."),
    gettext_lazy("What was set aside for these is used up."),
    gettext_lazy("There are no more of these."),
    gettext_lazy("This coupon type is not live yet."),
    gettext_lazy("These can't be claimed."),
    gettext_lazy("These can't be claimed yet."),
    gettext_lazy("These can't be claimed any more."),
    gettext_lazy("This coupon can't be given to a friend."),
    gettext_lazy("Both are the same member."),
)


def standing(coupon: Coupon, at: datetime) -> Coupon.State:
    """The state at `at`, whether or not the night has come by. Asks for its batch."""
    return _State(coupons.state_of(coupon=coupon, at=at))


def shown_code(coupon: Coupon) -> str:
    """`7K2M-9QDX-3F22`; of one that works for whoever brings it only the ends, `7K2M-····-3F22`:
    a list of them would be a list of money."""
    return masked(coupon.code) if is_bearer(coupon) else grouped(coupon.code)


def is_bearer(coupon: Coupon) -> bool:
    """Whether anybody with the code may use it: nobody holds it, and it isn't over."""
    return coupon.member_id is None and coupon.state in (_State.ISSUED, _State.LOCKED)


def grouped(code: str) -> str:
    """`7K2M-9QDX-3F22`: how a code is printed and read aloud; tills take it either way."""
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def masked(code: str) -> str:
    if len(code) <= 2 * _GROUP:
        return f"{code[:2]}····"
    return f"{code[:_GROUP]}-····-{code[-_GROUP:]}"


def reason(text: str) -> str:
    """What a step's reason says; what an operator wrote stays as it is."""
    return str(REASONS.get(text, text))


def origin(coupon: Coupon) -> str:
    told = str(coupon.get_origin_display())
    if coupon.batch is None:
        return told
    return _("%(origin)s: %(batch)s") % {"origin": told, "batch": coupon.batch.note or coupon.batch}
