"""“Try it”: what a cart would cost by the published offers, and with drafts; nothing is recorded
or reserved."""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from campaigns.admin import offer_trial_forms, trial_results
from campaigns.admin.offer_trial_forms import CartForm, CartLineFormSet
from campaigns.admin.trial_results import Result
from campaigns.services import offer_trials
from campaigns.services.offer_trials import Somebody, Trial
from campaigns.services.quote_documents import CartDocument, CartLineDocument
from loyalty.admin import amount_fields
from loyalty.admin.dry_run_forms import LINES, MOST_LINES
from loyalty.models import Program
from loyalty.services.documents import MemberReference, Source
from members.admin import condition_sentences, dialogs
from members.admin.base import operator_of
from members.errors import DomainError

TEMPLATE = "console/offer_trial.html"
PLACE = ("store", "channel", "day", "hour", "shipping_amount")
BUYER = ("member", "tier", "order_number", "tags", "coupons")
MORE = "more"
# No till: its quotes are for nobody's use.
SOURCE = "console"


def page(request: HttpRequest, *, at: datetime) -> HttpResponse:
    """The form, and below it what was asked for."""
    is_sent = request.method == "POST" and MORE not in request.POST
    form = CartForm(
        request.POST if request.method == "POST" else None,
        operator=operator_of(request),
        at=at,
        initial={"drafts": _asked_drafts(request)},
    )
    lines = _lines(request)
    context = {
        **admin.site.each_context(request),
        "title": _("Try the offers"),
        "form": form,
        "lines": lines,
        "place": [form[name] for name in PLACE],
        "buyer": [form[name] for name in BUYER if name != "tags" or form.fields["tags"].queryset],
        "known": offer_trial_forms.suggestions(),
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
        return CartLineFormSet(prefix="line")
    sent = request.POST.copy()
    if MORE in sent:
        count = sent.get("line-TOTAL_FORMS", "")
        total = int(count) if count.isdecimal() and len(count) < 4 else LINES
        sent["line-TOTAL_FORMS"] = str(min(MOST_LINES, total + LINES))
    return CartLineFormSet(sent, prefix="line")


def _asked_drafts(request: HttpRequest) -> list[int]:
    asked = request.GET.get("drafts", "").split(",")
    return [int(one) for one in asked if one.isdecimal() and len(one) < 19]


def _results(form: CartForm, lines: Any) -> list[Result]:
    """As published, and with the drafts where some were chosen."""
    cart, then = _cart(form, lines), _moment(form)
    source = Source(name=SOURCE, channel=cart.channel)
    somebody = _somebody(form)

    def tried(draft_ids: Sequence[int] = ()) -> dict[str, Any]:
        trial = Trial(cart=cart, source=source, somebody=somebody, draft_ids=draft_ids)
        return offer_trials.try_out(trial=trial, at=then)

    now = trial_results.told(_("By what is published"), tried(), cart)
    drafts = list(form.cleaned_data["drafts"])
    if not drafts:
        return [now]
    names = condition_sentences.both([draft.name for draft in drafts])
    changed = tried([draft.pk for draft in drafts])
    title = _("With %(drafts)s") % {"drafts": names}
    return [now, trial_results.told(title, changed, cart, before=now)]


def _cart(form: CartForm, lines: Any) -> CartDocument:
    sent = form.cleaned_data
    filled = [line.cleaned_data for line in lines if line.cleaned_data and line.is_filled]
    return CartDocument(
        channel=sent["channel"].code,
        store=sent["store"].code,
        currency=amount_fields.currency(),
        member=MemberReference("id", str(form.found.uid)) if form.found else None,
        lines=tuple(
            CartLineDocument(
                line_id=str(number),
                sku=line["sku"] or _("item %(number)s") % {"number": number},
                category=line["category"],
                brand=line["brand"],
                quantity=line["quantity"] or Decimal(1),
                unit_price_amount=line["unit_price_amount"] or 0,
            )
            for number, line in enumerate(filled, 1)
        ),
        coupons=tuple(sent["coupons"].split()),
        shipping_amount=sent["shipping_amount"] or 0,
    )


def _somebody(form: CartForm) -> Somebody | None:
    """A member as described; a guest where a tier isn't chosen."""
    sent = form.cleaned_data
    if form.found or sent["tier"] is None:
        return None
    return Somebody(
        tier=sent["tier"].code,
        tags=frozenset(tag.code for tag in sent["tags"]),
        order_number=sent["order_number"],
    )


def _moment(form: CartForm) -> datetime:
    """The day and hour on the store's wall."""
    store = form.cleaned_data["store"]
    program = Program.objects.filter(is_current=True).values_list("time_zone", flat=True).first()
    zone = ZoneInfo(store.time_zone or program or "UTC")
    return datetime.combine(
        form.cleaned_data["day"], time(form.cleaned_data["hour"]), zone
    ).astimezone(UTC)
