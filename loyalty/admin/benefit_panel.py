"""The member's benefits on their page: what they have, in its order, then what they used."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from loyalty.admin import benefit_sentences, benefit_words, coupon_sentences
from loyalty.models import BenefitGrant, BenefitUse
from loyalty.selectors import benefit_lists
from loyalty.selectors.benefit_lists import Shown
from members.admin.panels import before_id
from members.models import Member
from members.registry import panels
from members.registry.panels import Panel
from members.selectors import pages

PAGE = 25


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_member_panel(
        Panel(
            "benefits",
            gettext_lazy("Benefits"),
            "console/panels/benefits.html",
            context,
            42,
            "loyalty.view_benefit",
        )
    )


def context(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    """Benefits and what was given to this member alone on the first page; uses newest first."""
    before = before_id(request)
    shown = [] if before else benefit_lists.of_member(member_id=member.pk, at=at)
    uses = BenefitUse.objects.filter(member_id=member.pk).select_related("benefit", "store")
    if before:
        uses = uses.filter(pk__lt=before)
    page = pages.cut(list(uses.order_by("-pk")[: PAGE + 1]), limit=PAGE)
    return {
        "cards": [card(one) for one in shown],
        "grants": [] if before else _grants(member.pk, at),
        "rows": [_row(use) for use in page.rows],
        "next_before_id": page.next_before_id,
    }


def card(one: Shown) -> dict[str, Any]:
    """A benefit as a card shows it."""
    found, benefit = one.found.standing, one.found.benefit
    return {
        "benefit": benefit,
        "what": benefit_sentences.worth(benefit),
        "left": benefit_words.left(found) if found.quota is not None else "",
        "until": coupon_sentences.until(found.until) if found.until else "",
        "state": benefit_words.why_not(found.why_not) or _("usable"),
        "tone": "flag-good" if found.is_usable else "flag-wait",
        "score": one.score,
    }


def _grants(member_id: int, at: datetime) -> list[dict[str, Any]]:
    """Newest first; claims are told by the benefit itself."""
    given = BenefitGrant.objects.filter(member_id=member_id).select_related("benefit")
    newest = given.exclude(origin=BenefitGrant.Origin.CLAIM).order_by("-pk")[:PAGE]
    return [{"grant": one, "until": _until(one), "is_over": _is_over(one, at)} for one in newest]


def _until(grant: BenefitGrant) -> str:
    end = grant.ended_at or grant.valid_until
    return coupon_sentences.until(end) if end else ""


def _is_over(grant: BenefitGrant, at: datetime) -> bool:
    return grant.ended_at is not None or (grant.valid_until is not None and grant.valid_until <= at)


def _row(use: BenefitUse) -> dict[str, Any]:
    told = str(use.get_state_display())
    if use.state == BenefitUse.State.VOID:
        told = (
            pgettext("a use of a benefit", "Taken back")
            if use.given_back
            else _("Void, nothing came back")
        )
    return {
        "use": use,
        "state": told,
        "tone": "flag-good" if use.state == BenefitUse.State.USED else "flag-bad",
    }
