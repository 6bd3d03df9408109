"""What a member holds, ready to be shown: on the member's page and at the counter."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loyalty.admin import tier_words, words
from loyalty.models import Tier
from loyalty.rules import calendar, money
from loyalty.selectors import accounts
from loyalty.selectors.accounts import AccountView, Expiring
from loyalty.services import programs

SHOWN_AT_MOST = 3


@dataclass(frozen=True)
class Alert:
    """Something to mention or to mend. `tone` as in `members.registry.sentences`."""

    text: str
    icon: str
    tone: str


@dataclass(frozen=True)
class Holdings:
    """Balances, tier and what is missing to the next one, in the reader's words."""

    account: AccountView
    tier: Tier
    worth: str
    progress_text: str
    keep_text: str
    floor_text: str
    progress_percent: int
    next_color: str
    alerts: tuple[Alert, ...]


def holdings(*, member_id: int, at: datetime) -> Holdings | None:
    """The member's holdings at `at`; None before their account is opened."""
    account = accounts.account(member_id=member_id, at=at)
    if account is None:
        return None
    above = account.progress.next
    return Holdings(
        account=account,
        tier=account.tier,
        worth=money.text(programs.kept().amount_of(account.available), account.currency),
        progress_text=tier_words.to_next(account),
        keep_text=tier_words.to_keep(account),
        floor_text=tier_words.floor(account),
        progress_percent=account.progress.percent,
        next_color=above.color if above else "",
        alerts=tuple(_alerts(account, at)),
    )


def last_day(expires_at: datetime) -> date:
    """The last local day on which points that lapse at `expires_at` can be used."""
    return calendar.last_day(expires_at, timezone.get_current_timezone())


def _alerts(account: AccountView, at: datetime) -> list[Alert]:
    alerts = []
    if account.debt:
        text = _("Owes %(points)s: new points repay them first, until then none can be used.")
        alerts.append(Alert(text % {"points": words.points(account.debt)}, "error", "bad"))
    return alerts + [_expiring(row) for row in account.expiring[:SHOWN_AT_MOST]]


def _expiring(row: Expiring) -> Alert:
    text = _("%(points)s expire after %(day)s") % {
        "points": words.points(row.points),
        "day": date_format(last_day(row.expires_at), "SHORT_DATE_FORMAT"),
    }
    return Alert(text, "hourglass_top", "warn")
