"""Columns that loyalty adds to the member list: tier and points."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from loyalty.models import Tier
from loyalty.selectors import accounts
from members.models import Member
from members.registry import member_page
from members.registry.member_page import Column


def register() -> None:
    """Called by `apps.ready`."""
    member_page.add_column(
        Column(code="tier", title=_("tier"), values=_tiers, order=10, joins=("account__tier",))
    )
    member_page.add_column(
        Column(code="points", title=_("available points"), values=_points, order=20)
    )


def badge(tier: Tier) -> SafeString:
    """The tier's name in the tier's color."""
    return format_html('<span class="tier" style="--tier: {}">{}</span>', tier.color, tier.name)


def _tiers(members: Sequence[Member], at: datetime) -> Mapping[int, Any]:
    held = {member.pk: getattr(member, "account", None) for member in members}
    return {pk: badge(account.tier) for pk, account in held.items() if account is not None}


def _points(members: Sequence[Member], at: datetime) -> Mapping[int, Any]:
    available = accounts.available(member_ids=[member.pk for member in members], at=at)
    return {pk: f"{points:,}" for pk, points in available.items()}
