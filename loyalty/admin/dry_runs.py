"""“Try it”: what a basket would earn by the published rules, and by drafts; nothing is recorded."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from loyalty.admin import amount_fields, dry_run_forms, traces, trial_pages, words
from loyalty.admin.dry_run_forms import BasketForm, LineFormSet
from loyalty.admin.traces import Names
from loyalty.admin.trial_pages import TrialPage
from loyalty.models import EarningRule, Tier
from loyalty.services import dry_runs
from loyalty.services.dry_runs import Basket, BasketLine, DryRun, Person

PLACE = ("store", "channel", "day", "hour")
BUYER = ("member", "tier", "order_number", "is_birthday_month", "is_birthday", "tags")


@dataclass(frozen=True)
class Result:
    """What one set of rules gives. `difference` is to the published ones."""

    title: str
    points: str
    steps: list[str]
    difference: str = ""
    is_more: bool = False


def page(request: HttpRequest, *, at: datetime) -> HttpResponse:
    """The form of a basket, and below it what it would earn."""
    trial = TrialPage(
        template="console/dry_run.html",
        title=_("Try the earning rules"),
        form=BasketForm,
        lines=LineFormSet,
        place=PLACE,
        buyer=BUYER,
        known=dry_run_forms.suggestions,
        results=_results,
    )
    return trial_pages.show(request, trial, at=at)


def _results(form: BasketForm, lines: Any) -> list[Result]:
    """As published, and with the drafts where some were chosen."""
    basket, then = _basket(form, lines), trial_pages.moment(form)
    teller = Teller(_names(), amount_fields.currency(), sum(one.net_amount for one in basket.lines))
    now = dry_runs.dry_run(basket=basket, at=then)
    results = [teller.result(_("By the published rules"), now)]
    drafts = list(form.cleaned_data["drafts"])
    if drafts:
        changed = dry_runs.dry_run(basket=basket, at=then, draft_ids=[rule.pk for rule in drafts])
        title = _("With %(drafts)s") % {"drafts": dry_run_forms.names(drafts)}
        results.append(teller.result(title, changed, before=now.points))
    return results


def _basket(form: BasketForm, lines: Any) -> Basket:
    sent = form.cleaned_data
    return Basket(
        lines=tuple(
            BasketLine(
                net_amount=line.cleaned_data["net_amount"] or 0,
                sku=line.cleaned_data["sku"],
                category=line.cleaned_data["category"],
                brand=line.cleaned_data["brand"],
                quantity=line.cleaned_data["quantity"] or Decimal(1),
            )
            for line in lines
            if line.cleaned_data and line.is_filled
        ),
        store=sent["store"].code,
        channel=sent["channel"].code,
        member_id=form.found.pk if form.found else None,
        person=Person(
            tier=sent["tier"].code,
            order_number=sent["order_number"],
            tags=frozenset(tag.code for tag in sent["tags"]),
            is_birthday_month=sent["is_birthday_month"],
            is_birthday=sent["is_birthday"],
        ),
    )


@dataclass(frozen=True)
class Teller:
    """Tells what dry runs of one basket came to; `total_amount` is what is paid for it."""

    names: Names
    currency: str
    total_amount: int

    def result(self, title: str, run: DryRun, before: int | None = None) -> Result:
        steps = traces.told(
            run.trace,
            total_amount=self.total_amount,
            currency=self.currency,
            names=self.names,
        )
        change = 0 if before is None else run.points - before
        pattern = _("%(points)s more") if change > 0 else _("%(points)s less")
        return Result(
            title=title,
            points=words.points(run.points),
            steps=steps,
            difference=pattern % {"points": words.points(change)} if change else "",
            is_more=change > 0,
        )


def _names() -> Names:
    rules = EarningRule.objects.filter(program__is_current=True).order_by("version")
    tiers = Tier.objects.filter(program__is_current=True)
    return Names({rule.code: rule.name for rule in rules}, {tier.code: tier.name for tier in tiers})
