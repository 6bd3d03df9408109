"""What loyalty shows on the member's page: balances on top, ledger, orders and tier as tabs."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from loyalty.admin import as_of, holdings, order_fields, tier_words, touches, traces, words
from loyalty.models import EarningRule, LedgerEntry, Tier, TierChange
from loyalty.selectors import accounts, ledger, orders, tier_changes
from loyalty.services import programs
from members.admin.panels import before_id
from members.models import Member, User
from members.registry import member_page, panels
from members.registry.fields import Words
from members.registry.member_page import Header
from members.registry.panels import Panel
from members.selectors import pages

PAGE = 25


def register() -> None:
    """Called by `apps.ready`."""
    member_page.add_header(
        Header(code="account", template="console/panels/account.html", context=_account, order=10)
    )
    for panel in (
        _panel("ledger", _("Points ledger"), _ledger, 20, "loyalty.view_ledgerentry"),
        _panel("orders", _("Orders"), _orders, 30, "loyalty.view_order"),
        _panel("tier", _("Tier"), _tier, 40, "loyalty.view_tier"),
    ):
        panels.add_member_panel(panel)


def _panel(
    code: str, title: Any, context: Callable[..., dict[str, Any]], order: int, permission: str
) -> Panel:
    return Panel(code, title, f"console/panels/{code}.html", context, order, permission)


def _account(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    return {"holdings": holdings.holdings(member_id=member.pk, at=at)}


def _ledger(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    entries = accounts.statement(member_id=member.pk, before_id=before_id(request), limit=PAGE + 1)
    page = pages.cut(list(entries), limit=PAGE)
    stories = ledger.entry_stories(entries=page.rows)
    names = _names()
    actors = _actors(page.rows)
    rows = [
        {
            "story": story,
            "reason": words.reason(story.entry.reason),
            "why": _why(story, names),
            "actor": actors.get(story.entry.actor_id),
            "touches": touches.sentences(story),
        }
        for story in stories
    ]
    earlier = as_of.context(member_id=member.pk, request=request, at=at)
    return {"rows": rows, "next_before_id": page.next_before_id, **earlier}


def _why(story: ledger.Story, names: dict[str, Any]) -> list[str]:
    if story.refund and story.order:
        return traces.refund_sentences(story.refund, story.order.currency)
    if story.order and story.entry.kind == LedgerEntry.Kind.EARN:
        return traces.sentences(story.order, **names)
    return []


def _actors(entries: Sequence[LedgerEntry | TierChange]) -> dict[int | None, str]:
    ids = {entry.actor_id for entry in entries} - {None}
    users = User.objects.filter(pk__in=ids) if ids else []
    return {user.pk: user.get_username() for user in users}


def _orders(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    page = orders.history(member_id=member.pk, before_id=before_id(request), limit=PAGE)
    names = _names()
    rows = [{"order": order, "why": traces.sentences(order, **names)} for order in page.rows]
    return {"rows": rows, "next_before_id": page.next_before_id}


def _tier(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    page = tier_changes.history(member_id=member.pk, before_id=before_id(request))
    actors = _actors(page.rows)
    currency = programs.kept().currency
    rows = [
        {
            "change": change,
            "figures": tier_words.figures(change, currency),
            "actor": actors.get(change.actor_id),
        }
        for change in page.rows
    ]
    return {
        "holdings": holdings.holdings(member_id=member.pk, at=at),
        "changes": rows,
        "next_before_id": page.next_before_id,
    }


def _names() -> dict[str, Any]:
    """What traces name by code, in the reader's language; two queries, and one for each kind of
    thing that a missed condition names."""
    rules = EarningRule.objects.filter(program__is_current=True).order_by("version")
    tiers = Tier.objects.filter(program__is_current=True)
    return {
        "rule_names": {rule.code: rule.name for rule in rules},
        "tier_names": {tier.code: tier.name for tier in tiers},
        "said": Words(order_fields.VOCABULARY),
    }
