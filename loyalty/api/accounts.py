"""`/api/v1/members/{id}/account` and `/ledger`: what a member holds, and how it came."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from loyalty.api import shapes
from loyalty.models import LedgerEntry
from loyalty.selectors import accounts
from loyalty.selectors.accounts import AccountView as Account
from members.api import bodies, pages, schema
from members.api.views import ChannelView
from members.errors import NotFound
from members.selectors import profiles


class AccountView(ChannelView):
    required_scopes = {"GET": ["members:read"]}

    @extend_schema(
        operation_id="read_account",
        summary="Balances, what expires soon, tier and progress",
        tags=["accounts"],
        responses={200: schema.answer(shapes.AccountRead, "The account"), **schema.problems(404)},
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        member = profiles.by_uid(uid=uid).member
        account = accounts.account(member_id=member.pk, at=timezone.now())
        if account is None:
            raise NotFound
        return bodies.respond(_account(str(member.uid), account))


class LedgerView(ChannelView):
    required_scopes = {"GET": ["members:read"]}

    @extend_schema(
        operation_id="read_ledger",
        summary="Ledger entries, newest first",
        tags=["accounts"],
        parameters=[schema.CURSOR, schema.LIMIT],
        responses={200: schema.page(shapes.EntryShown, "A page"), **schema.problems(404, 422)},
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        member_id = profiles.by_uid(uid=uid).member.pk
        return pages.respond(
            request,
            fetch=lambda before_id, limit: accounts.statement(
                member_id=member_id, before_id=before_id, limit=limit
            ),
            id_of=lambda entry: entry.pk,
            show=_entry,
        )


def _account(uid: str, account: Account) -> dict[str, Any]:
    return {
        "member": uid,
        "currency": account.currency,
        "pending": account.pending,
        "active": account.active,
        "held": account.held,
        "available": account.available,
        "debt": account.debt,
        "expiring": [
            {"points": part.points, "expires_at": part.expires_at} for part in account.expiring
        ],
        "tier": {
            "code": account.tier.code,
            "name": account.tier.name,
            "since": account.tier_since_at,
            "until": account.tier_until_at,
            "is_in_grace": account.is_in_grace,
        },
        "progress": _progress(account),
    }


def _progress(account: Account) -> dict[str, Any]:
    ahead, keep = account.progress, account.progress.keep
    return {
        "next": ahead.next.code if ahead.next else None,
        "missing_amount": ahead.missing_amount,
        "missing_orders": ahead.missing_orders,
        "missing_qualifying_points": ahead.missing_qualifying_points,
        "percent": ahead.percent,
        "by": ahead.by_on.isoformat() if ahead.next and ahead.by_on else None,
        "keep": None
        if keep is None
        else {
            "by": keep.by_on.isoformat(),
            "missing_amount": keep.missing.amount,
            "missing_orders": keep.missing.orders,
            "missing_qualifying_points": keep.missing.qualifying_points,
            "is_safe": keep.is_safe,
        },
        "projected": ahead.projected.code,
    }


def _entry(entry: LedgerEntry) -> dict[str, Any]:
    return {
        "id": str(entry.pk),
        "kind": entry.kind,
        "points": entry.points,
        "balance_after": entry.active_after,
        "pending_after": entry.pending_after,
        "debt_after": entry.debt_after,
        "reason": entry.reason,
        "occurred_at": entry.occurred_at,
        "recorded_at": entry.recorded_at,
    }
