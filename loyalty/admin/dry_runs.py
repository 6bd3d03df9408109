"""“Try it”: what a basket would earn by the published rules, and by drafts; nothing is recorded."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from loyalty.admin import amount_fields, dry_run_forms, traces, words
from loyalty.admin.dry_run_forms import LINES, MOST_LINES, BasketForm, LineFormSet
from loyalty.admin.traces import Names
from loyalty.models import EarningRule, Program, Tier
from loyalty.services import dry_runs
from loyalty.services.dry_runs import Basket, BasketLine, DryRun, Person
from members.admin import dialogs
from members.admin.base import operator_of
from members.errors import DomainError

TEMPLATE = "console/dry_run.html"
PLACE = ("store", "channel", "day", "hour")
BUYER = ("member", "tier", "order_number", "is_birthday_month", "is_birthday", "tags")
MORE = "more"


@dataclass(frozen=True)
class Result:
    """What one set of rules gives. `difference` is to the published ones."""

    title: str
    points: str
    steps: list[str]
    difference: str = ""
    is_more: bool = False


def page(request: HttpRequest, *, at: datetime) -> HttpResponse:
    """The form, and below it what was asked for."""
    is_sent = request.method == "POST" and MORE not in request.POST
    form = BasketForm(
        request.POST if request.method == "POST" else None,
        operator=operator_of(request),
        at=at,
        initial={"drafts": _asked_drafts(request)},
    )
    lines = _lines(request)
    context = {
        **admin.site.each_context(request),
        "title": _("Try the earning rules"),
        "form": form,
        "lines": lines,
        "place": [form[name] for name in PLACE],
        "buyer": [form[name] for name in BUYER if name != "tags" or form.fields["tags"].queryset],
        "known": dry_run_forms.suggestions(),
        "may_add": lines.total_form_count() < MOST_LINES,
        "has_drafts": bool(form.fields["drafts"].queryset),
    }
    if is_sent and form.is_valid() and lines.is_valid():
        try:
            context["results"] = _results(form, lines)
        except DomainError as error:
            context["refusal"] = dialogs.refusal(error)
    return TemplateResponse(request, TEMPLATE, context)


def _lines(request: HttpRequest) -> Any:
    """The lines as sent; with more of them where that was asked for."""
    if request.method != "POST":
        return LineFormSet(prefix="line")
    sent = request.POST.copy()
    if MORE in sent:
        count = sent.get("line-TOTAL_FORMS", "")
        total = int(count) if count.isdecimal() and len(count) < 4 else LINES
        sent["line-TOTAL_FORMS"] = str(min(MOST_LINES, total + LINES))
    return LineFormSet(sent, prefix="line")


def _asked_drafts(request: HttpRequest) -> list[int]:
    asked = request.GET.get("drafts", "").split(",")
    return [int(one) for one in asked if one.isdecimal() and len(one) < 19]


def _results(form: BasketForm, lines: Any) -> list[Result]:
    """As published, and with the drafts where some were chosen."""
    basket, then = _basket(form, lines), _moment(form)
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


def _moment(form: BasketForm) -> datetime:
    """The day and hour on the store's wall."""
    store = form.cleaned_data["store"]
    program = Program.objects.filter(is_current=True).values_list("time_zone", flat=True).first()
    zone = ZoneInfo(store.time_zone or program or "UTC")
    return datetime.combine(
        form.cleaned_data["day"], time(form.cleaned_data["hour"]), zone
    ).astimezone(UTC)


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
