"""`/api/v1/members/{id}/account` and `/ledger`: what a member holds, and how it came."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from loyalty.api import shapes
from loyalty.models import LedgerEntry
from loyalty.selectors import accounts, as_of
from loyalty.selectors.accounts import AccountView as Account
from members.api import bodies, pages, problems, schema
from members.api.member_authentication import member_of
from members.api.member_views import OwnView
from members.api.views import ChannelView
from members.errors import NotFound
from members.models import Member
from members.rules import instants
from members.selectors import profiles

AS_OF = OpenApiParameter(
    "as_of", OpenApiTypes.DATETIME, description="An instant of the past, with its offset."
)


class AccountView(ChannelView):
    required_scopes = {"GET": ["members:read"]}

    @extend_schema(
        operation_id="read_account",
        summary="Balances, what expires soon, tier and progress",
        description="With `as_of` what was answered at that instant, whatever was recorded later: "
        "balances, what expired soon, and the tier.",
        tags=["accounts"],
        parameters=[AS_OF],
        responses={
            200: schema.answer(shapes.AccountRead, "The account, now or then"),
            **schema.problems(404, 422),
        },
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        if "as_of" in request.query_params:
            return bodies.respond(_then(uid, request.query_params["as_of"]))
        return _now(profiles.by_uid(uid=uid).member)


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
        return _statement(request, profiles.by_uid(uid=uid).member.pk)


class OwnAccountView(OwnView):
    @extend_schema(
        operation_id="read_my_account",
        summary="My points, what expires soon, my tier and what is missing to the next",
        tags=["me"],
        responses={200: schema.answer(shapes.AccountRead, "The account"), **schema.problems(404)},
    )
    def get(self, request: Request) -> HttpResponse:
        return _now(member_of(request))


class OwnLedgerView(OwnView):
    @extend_schema(
        operation_id="read_my_ledger",
        summary="My points in and out, newest first",
        tags=["me"],
        parameters=[schema.CURSOR, schema.LIMIT],
        responses={200: schema.page(shapes.EntryShown, "A page"), **schema.problems(422)},
    )
    def get(self, request: Request) -> HttpResponse:
        return _statement(request, member_of(request).pk)


def _now(member: Member) -> HttpResponse:
    account = accounts.account(member_id=member.pk, at=timezone.now())
    if account is None:
        raise NotFound
    return bodies.respond(_account(str(member.uid), account))


def _statement(request: Request, member_id: int) -> HttpResponse:
    return pages.respond(
        request,
        fetch=lambda before_id, limit: accounts.statement(
            member_id=member_id, before_id=before_id, limit=limit
        ),
        id_of=lambda entry: entry.pk,
        show=_entry,
    )


def _then(uid: UUID, text: str) -> dict[str, Any]:
    at = _instant(text)
    found = as_of.by_uid(uid=uid, at=at)
    account = found.account
    return {
        "member": found.member_uid,
        "as_of": at,
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
        "progress": None,
    }


def _instant(text: str) -> datetime:
    """An instant of the past, as it stands in the address."""
    # A "+" that wasn't escaped arrives as a space.
    try:
        at = msgspec.convert(text.replace(" ", "+"), bodies.Instant, strict=False)
        instants.check(at)
    except (msgspec.ValidationError, ValueError):
        raise _refused(
            "invalid_instant", _("An instant needs its offset, such as +08:00.")
        ) from None
    if at > timezone.now():
        raise _refused("occurred_in_future", _("That instant has not come yet.")) from None
    return at


def _refused(code: str, detail: Any) -> problems.Refused:
    error = {"code": code, "pointer": "as_of", "detail": str(detail)}
    return problems.refuse(422, "invalid", errors=[error])


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
