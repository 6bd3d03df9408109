"""The member page's tab of offers: what this member may use now, and what keeps them from the
rest."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns.admin import offer_sentences, quote_words
from campaigns.admin.offer_effects import Teller
from campaigns.selectors import member_offers
from campaigns.selectors.member_offers import MemberOffer
from loyalty.admin import coupon_sentences
from loyalty.services import programs
from loyalty.services.documents import Source
from members.errors import NotFound
from members.models import Member
from members.registry import panels
from members.registry.panels import Panel

# Asked by no channel: in all stores and channels.
SOURCE = Source(name="console")


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_member_panel(
        Panel(
            "offers",
            gettext_lazy("Offers"),
            "console/panels/offers.html",
            _offers,
            46,
            "campaigns.view_offer",
        )
    )


def _offers(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    try:
        found = member_offers.of_member(member_uid=member.uid, source=SOURCE, at=at)
    except NotFound:
        # Erased, or merged into another member.
        found = []
    # It was compiled for the offers: no query for the currency.
    teller = Teller(programs.kept().currency) if found else None
    rows = [_row(one, teller) for one in found if teller]
    return {
        "usable": [row for row in rows if not row["missing"]],
        "others": [row for row in rows if row["missing"]],
    }


def _row(one: MemberOffer, teller: Teller) -> dict[str, Any]:
    offer = one.offer
    return {
        "offer": offer,
        "kind": offer.get_kind_display(),
        "rule": offer_sentences.rule(offer, teller),
        "until": "" if offer.valid_until is None else _until(offer.valid_until),
        "left": "" if one.missing else _left(one),
        "missing": [quote_words.reason({"reason": code}) for code in one.missing],
    }


def _until(end: datetime) -> str:
    return _("valid %(end)s") % {"end": coupon_sentences.until(end)}


def _left(one: MemberOffer) -> str:
    """How often this member still may: the smaller of what is left in all and today."""
    left = [count for count in (one.left_orders, one.left_today) if count is not None]
    if not left:
        return ""
    text = ngettext("%(count)s purchase left", "%(count)s purchases left", min(left))
    return text % {"count": f"{min(left):,}"}
