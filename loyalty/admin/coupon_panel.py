"""The member's coupons on their page: what they can use first, then what became of the others."""

from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty.admin import cart_fields, coupon_sentences, coupon_words
from loyalty.models import Coupon
from loyalty.rules import money
from loyalty.selectors import coupon_panels
from loyalty.services import programs
from members.admin.panels import before_id
from members.models import Member
from members.registry import panels
from members.registry.fields import Words
from members.registry.panels import Panel
from members.selectors import pages

PAGE = 25
_TONES = {"CLAIMED": "flag-good", "LOCKED": "flag-wait", "VOID": "flag-bad"}


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_member_panel(
        Panel(
            "coupons",
            gettext_lazy("Coupons"),
            "console/panels/coupons.html",
            context,
            43,
            "loyalty.view_coupon",
        )
    )


def context(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    """Usable ones on the first page, soonest to end first; the others newest first."""
    before = before_id(request)
    usable = [] if before else coupon_panels.usable(member_id=member.pk, at=at)
    past = coupon_panels.past(member_id=member.pk, at=at, before_id=before, limit=PAGE + 1)
    page = pages.cut(past, limit=PAGE)
    prefetch_related_objects([coupon.type for coupon in (*usable, *page.rows)], "stores")
    said = Words(cart_fields.VOCABULARY)
    return {
        "usable": [_card(coupon, said, at) for coupon in usable],
        "rows": [_row(coupon, at) for coupon in page.rows],
        "next_before_id": page.next_before_id,
    }


def _card(coupon: Coupon, said: Words, at: datetime) -> dict[str, Any]:
    state = coupon_words.standing(coupon, at)
    return {
        "coupon": coupon,
        "code": coupon_words.grouped(coupon.code),
        "what": coupon_sentences.head(coupon.type, said),
        "where": coupon_sentences.places(list(coupon.type.stores.all())),
        "validity": coupon_sentences.between(coupon.valid_from, coupon.expires_at),
        "state": _now(coupon, state, at),
        "tone": "flag-wait" if _waits(coupon, at) else _TONES.get(state, ""),
    }


def _now(coupon: Coupon, state: Coupon.State, at: datetime) -> str:
    if state == Coupon.State.LOCKED and coupon.locked_until:
        until = coupon_sentences.moment(coupon.locked_until)
        return _("kept for a checkout until %(moment)s") % {"moment": until}
    return _("not yet") if _waits(coupon, at) else _("usable")


def _waits(coupon: Coupon, at: datetime) -> bool:
    return coupon.valid_from is not None and coupon.valid_from > at


def _row(coupon: Coupon, at: datetime) -> dict[str, Any]:
    state = coupon_words.standing(coupon, at)
    return {
        "coupon": coupon,
        "code": coupon_words.grouped(coupon.code),
        "worth": coupon_sentences.worth(coupon.type),
        "state": state.label,
        "tone": _TONES.get(state, ""),
        "at": _ended_at(coupon, state),
        "how": _how(coupon, state),
    }


def _ended_at(coupon: Coupon, state: Coupon.State) -> datetime | None:
    if state == Coupon.State.REDEEMED:
        return coupon.redeemed_at
    return coupon.expires_at if state == Coupon.State.EXPIRED else coupon.ended_at


def _how(coupon: Coupon, state: Coupon.State) -> str:
    if state == Coupon.State.REDEEMED:
        amount = money.text(coupon.discount_amount, programs.kept().currency)
        return _("took off %(amount)s") % {"amount": amount} if coupon.discount_amount else ""
    return coupon_words.reason(coupon.end_reason) if state == Coupon.State.VOID else ""
