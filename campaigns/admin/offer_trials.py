"""“Try it”: what a cart would cost by the published offers, and with drafts; nothing is recorded
or reserved."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from campaigns.admin import offer_trial_forms, trial_results
from campaigns.admin.offer_trial_forms import CartForm, CartLineFormSet
from campaigns.admin.trial_results import Result
from campaigns.services import offer_trials
from campaigns.services.offer_trials import Somebody, Trial
from campaigns.services.quote_documents import CartDocument, CartLineDocument
from loyalty.admin import amount_fields, trial_pages
from loyalty.admin.trial_pages import TrialPage
from loyalty.services.documents import MemberReference, Source
from members.admin import condition_sentences

PLACE = ("store", "channel", "day", "hour", "shipping_amount")
BUYER = ("member", "tier", "order_number", "tags", "coupons")
# No till: its quotes are for nobody's use.
SOURCE = "console"


def page(request: HttpRequest, *, at: datetime) -> HttpResponse:
    """The form of a cart, and below it what it would cost."""
    trial = TrialPage(
        template="console/offer_trial.html",
        title=_("Try the offers"),
        form=CartForm,
        lines=CartLineFormSet,
        place=PLACE,
        buyer=BUYER,
        known=offer_trial_forms.suggestions,
        results=_results,
    )
    return trial_pages.show(request, trial, at=at)


def _results(form: CartForm, lines: Any) -> list[Result]:
    """As published, and with the drafts where some were chosen."""
    cart, then = _cart(form, lines), trial_pages.moment(form)
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
