"""A coupon's state, steps and code as staff read them."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty.models import Coupon

_State = Coupon.State
_OPEN = (_State.ISSUED, _State.CLAIMED)
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
    "claimed": gettext_lazy("Claimed"),
    "granted": gettext_lazy("Given"),
    "locked": gettext_lazy("Kept for a checkout"),
    "released": gettext_lazy("Let go by the checkout"),
    "lock_over": gettext_lazy("The checkout took too long"),
    "redeemed": gettext_lazy("Used"),
    "expired": gettext_lazy("Its time was over"),
    "refund": gettext_lazy("The goods came back"),
    "transfer": gettext_lazy("Given to a friend"),
    "batch_void": gettext_lazy("Its batch was voided"),
    "merge": gettext_lazy("Two cards became one"),
}


def standing(coupon: Coupon, at: datetime) -> Coupon.State:
    """The state at `at`: what is over is expired, and a lock that is over holds nothing, whether
    or not the night has come by."""
    state = _State(coupon.state)
    if state == _State.LOCKED and coupon.locked_until and coupon.locked_until <= at:
        state = _State.CLAIMED if coupon.member_id else _State.ISSUED
    is_over = coupon.expires_at is not None and coupon.expires_at <= at
    return _State.EXPIRED if is_over and state in _OPEN else state


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
