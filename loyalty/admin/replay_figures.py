"""What a replay found, in words: on its page and as a file."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty.admin import words
from loyalty.models import EarningRule, Tier
from loyalty.rules import money
from members.models import Job

BUSY = (Job.State.QUEUED, Job.State.RUNNING, Job.State.CANCELING)
STOPPED = (Job.State.CANCELED, Job.State.FAILED)


@dataclass(frozen=True)
class Figure:
    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Row:
    """A replay in a list."""

    id: int
    title: str
    period: str
    state: str


@dataclass(frozen=True)
class Card(Row):
    """A replay with how far it is and what it found."""

    is_busy: bool
    may_cancel: bool
    may_resume: bool
    percent: int
    progress: str
    message: str
    figures: list[Figure]
    rules: list[Figure]
    warnings: list[str]


def row(job: Job, names: dict[int, str]) -> Row:
    return Row(job.pk, _title(job, names), _period(job), str(job.get_state_display()))


def card(job: Job, names: dict[int, str], currency: str, message: str) -> Card:
    found = job.result
    return Card(
        id=job.pk,
        title=_title(job, names),
        period=_period(job),
        state=str(job.get_state_display()),
        is_busy=job.state in BUSY,
        may_cancel=job.state in BUSY[:2],
        may_resume=job.state in STOPPED,
        percent=job.progress_percent,
        progress=_("%(done)s of %(total)s orders")
        % {
            "done": f"{job.done_count:,}",
            "total": f"{job.total_count or 0:,}",
        },
        message=message,
        figures=_figures(found, currency) if found else [],
        rules=_rules(found) if found else [],
        warnings=_warnings(found) if found else [],
    )


def as_csv(job: Job, currency: str) -> str:
    """Plain numbers for a spreadsheet: amounts as decimals, points as they are."""
    found = job.result
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(["figure", "value"])
    for name in ("from_on", "until_on", *_COUNTS):
        writer.writerow([name, found.get(name, "")])
    digits = money.digits(currency)
    cost = found.get("cost_amount", 0)
    writer.writerow(["cost", f"{cost / 10**digits:.{digits}f}"])
    writer.writerow(["currency", currency])
    writer.writerow([])
    writer.writerow(["rule", "points"])
    for one in found.get("rules", ()):
        writer.writerow([one["id"], one["points"]])
    return text.getvalue()


_COUNTS = (
    "orders",
    "members",
    "given_points",
    "replayed_points",
    "difference_points",
    "changed_orders",
    "orders_with_more",
    "orders_with_less",
    "changed_members",
    "tier_changes",
)


def _title(job: Job, names: dict[int, str]) -> str:
    drafts = [names.get(int(pk), pk) for pk in job.params.get("drafts", ())]
    return ", ".join(drafts)


def _period(job: Job) -> str:
    start, end = (date.fromisoformat(job.params[name]) for name in ("from_on", "until_on"))
    return _("%(start)s to %(end)s") % {
        "start": date_format(start, "DATE_FORMAT"),
        "end": date_format(end - timedelta(days=1), "DATE_FORMAT"),
    }


def _figures(found: dict[str, Any], currency: str) -> list[Figure]:
    difference, cost = found["difference_points"], found["cost_amount"]
    return [
        Figure(
            _("Points given"),
            f"{found['given_points']:,}",
            _("for %(orders)s of %(members)s")
            % {"orders": words.orders(found["orders"]), "members": _members(found["members"])},
        ),
        Figure(_("Points then"), f"{found['replayed_points']:,}"),
        Figure(
            _("Difference"),
            f"{difference:+,}".replace("-", "−"),
            _("%(amount)s by what points are worth") % {"amount": money.text(cost, currency)},
        ),
        Figure(
            _("Orders that change"),
            f"{found['changed_orders']:,}",
            _("%(more)s with more, %(less)s with less; %(members)s")
            % {
                "more": f"{found['orders_with_more']:,}",
                "less": f"{found['orders_with_less']:,}",
                "members": _members(found["changed_members"]),
            },
        ),
        Figure(
            _("Members who change tier"),
            f"{found.get('tier_changes', 0):,}",
            _("Tiers follow money, orders and qualifying points, which rules don't change."),
        ),
    ]


def _members(count: int) -> str:
    return ngettext("%(count)s member", "%(count)s members", count) % {"count": f"{count:,}"}


def _rules(found: dict[str, Any]) -> list[Figure]:
    """Each rule's part: what the drafts would have brought, and what is left of the others."""
    rules = {
        rule.code: rule.name
        for rule in EarningRule.objects.filter(program__is_current=True).order_by("version")
    }
    tiers = {tier.code: tier.name for tier in Tier.objects.filter(program__is_current=True)}
    rows = []
    for one in found.get("rules", ()):
        kind, _colon, code = one["id"].partition(":")
        name = {"rule": rules, "tier": tiers}.get(kind, {}).get(code, code)
        rows.append(Figure(name, f"{one['points']:,}".replace("-", "−")))
    return rows


def _warnings(found: dict[str, Any]) -> list[str]:
    return [
        _(
            "The budget of “%(rule)s”, %(budget)s, would not have sufficed: the orders ask for "
            "%(points)s."
        )
        % {
            "rule": one["rule"],
            "budget": words.points(one["budget_points"]),
            "points": words.points(one["points"]),
        }
        for one in found.get("over_budget", ())
    ]
