"""What a member holds, ready to be shown: on the member's page and at the counter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loyalty.admin import words
from loyalty.models import Tier
from loyalty.rules import money
from loyalty.selectors import accounts
from loyalty.services import programs

SOON = timedelta(days=30)


@dataclass(frozen=True)
class Alert:
    """Something to mention or to mend. `tone` as in `members.registry.sentences`."""

    text: str
    icon: str
    tone: str


@dataclass(frozen=True)
class Holdings:
    """Balances, tier and what is missing to the next one, in the reader's words."""

    account: Any
    tier: Tier
    tier_until: datetime | None
    currency: str
    worth: str
    progress_text: str
    progress_percent: int
    next_color: str
    alerts: tuple[Alert, ...]


def holdings(*, member_id: int, at: datetime) -> Holdings | None:
    """The member's holdings at `at`; None before their account is opened."""
    account = accounts.account(member_id=member_id, at=at)
    if account is None:
        return None
    terms = programs.current()
    tiers = {tier.pk: tier for tier in Tier.objects.filter(program_id=terms.id)}
    following = account.progress.next
    above = tiers[following.id] if following else None
    return Holdings(
        account=account,
        tier=tiers[account.tier.id],
        tier_until=account.tier_until,
        currency=terms.currency,
        worth=money.text(terms.amount_of(account.available), terms.currency),
        progress_text=_progress(account.progress, above, terms.currency),
        progress_percent=account.progress.percent,
        next_color=above.color if above else "",
        alerts=tuple(_alerts(account, at)),
    )


def last_day(expires_at: datetime) -> date:
    """The last local day on which points that lapse at `expires_at` can be used."""
    return timezone.localtime(expires_at - timedelta(microseconds=1)).date()


def _progress(progress: Any, above: Tier | None, currency: str) -> str:
    if above is None:
        return _("Highest tier reached")
    return words.progress(
        missing_amount=progress.missing_amount,
        missing_orders=progress.missing_orders,
        needs_all=above.match == Tier.Match.ALL,
        tier=above.name,
        currency=currency,
    )


def _alerts(account: Any, at: datetime) -> list[Alert]:
    alerts = []
    if account.debt:
        text = _("Owes %(points)s: new points repay them first, until then none can be used.")
        alerts.append(Alert(text % {"points": words.points(account.debt)}, "error", "bad"))
    alerts += [
        Alert(
            _("%(points)s expire after %(day)s")
            % {
                "points": words.points(points),
                "day": date_format(last_day(expires_at), "SHORT_DATE_FORMAT"),
            },
            "hourglass_top",
            "warn",
        )
        for points, expires_at in _expiring_soon(account.expiring, at)
    ]
    return alerts


def _expiring_soon(expiring: Sequence[Any], at: datetime) -> list[tuple[int, datetime]]:
    rows = [(row.points, row.expires_at) for row in expiring]
    return [row for row in rows if row[1] <= at + SOON][:3]
