"""Recommending on the member's page: code and QR, friends with their states, the ladder, prizes."""

from datetime import datetime
from typing import Any

import segno
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from loyalty.admin import prize_words, referral_words
from loyalty.models import Referral, ReferralCode
from loyalty.rules import referrals as rules
from loyalty.selectors import referral_cards
from loyalty.services import referrals
from members.admin.panels import before_id
from members.models import Member
from members.registry import panels
from members.registry.panels import Panel
from members.selectors import pages

PAGE = 25
_QR_SCALE = 3


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_member_panel(
        Panel(
            "referrals",
            gettext_lazy("Recommending"),
            "console/panels/referrals.html",
            context,
            47,
            "loyalty.view_referral",
        )
    )


def context(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    """Looking makes no code and gives no prize: the app asks for the one, the night for the
    other."""
    live = referrals.live_program(at=at)
    card = referral_cards.of_member(member_id=member.pk, live=live, at=at)
    found = ReferralCode.objects.filter(member_id=member.pk, stopped_at=None).first()
    code = found.code if found else ""
    link = rules.link(live.link_url, code) if live and code else ""
    before = before_id(request)
    rows = Referral.objects.filter(referrer_id=member.pk).select_related("friend")
    if before:
        rows = rows.filter(Q(pk__lt=before))
    page = pages.cut(list(rows.order_by("-pk")[: PAGE + 1]), limit=PAGE)
    return {
        "code": code,
        "link": link,
        "qr": _qr(link or code),
        "is_live": live is not None,
        "card": card,
        "prizes": [] if before else _prizes(card),
        "came": Referral.objects.filter(friend_id=member.pk).select_related("referrer").first(),
        "rows": [
            {
                "referral": one,
                "state": one.get_state_display(),
                "tone": referral_words.TONES.get(one.state, ""),
                "why": referral_words.reasons(one) if one.state == Referral.State.REVIEW else [],
            }
            for one in page.rows
        ],
        "next_before_id": page.next_before_id,
    }


def _prizes(card: referral_cards.Card) -> list[dict[str, Any]]:
    names = prize_words.named(card.prizes)
    return [{"grant": one, "what": names[one.pk]} for one in card.prizes]


def _qr(text: str) -> str:
    """A picture that stands in the page itself; "" for nothing."""
    if not text:
        return ""
    picture = segno.make(text, micro=False, error="m")
    return str(picture.svg_data_uri(scale=_QR_SCALE, border=2))
