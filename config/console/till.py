"""The till: the counter of those who may sell. One box takes goods, amounts, cards, coupons and
order numbers; every answer is the piece of the page below it, with the whole cart in it.

Personal data comes by POST only. Without JavaScript the same forms bring the whole page back.
"""

from dataclasses import replace
from uuid import UUID

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from config.console import (
    enrollment,
    till_acts,
    till_carts,
    till_desks,
    till_paying,
    till_receipts,
    till_scanning,
    till_shown,
)
from config.console.enrollment import EnrollForm
from config.console.results import GOOD, Result
from config.console.till_carts import BadCart
from config.console.till_desks import Desk
from config.console.till_turns import Turn
from loyalty.models import Order
from members.admin import dialogs
from members.errors import DomainError
from members.selectors import scopes

SELL = "loyalty.add_order"
FRAGMENT_HEADER = "X-Fragment"
GO_HEADER = "X-Go"
_MOST_SCANS = 20
_LONGEST_ID = 19
_may_sell = permission_required(SELL, raise_exception=True)


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """The till's addresses; its page is the counter's."""
    views = {
        "till/": ("loyalty_till", require_POST(till)),
        "receipt/": ("loyalty_till_receipt", require_GET(receipt)),
    }
    return [
        path(f"counter/{route}", site.admin_view(_may_sell(view)), name=name)
        for route, (name, view) in views.items()
    ]


def page(request: HttpRequest) -> HttpResponse:
    """The till with an empty cart."""
    desk = till_desks.desk_of(request)
    return _answer(request, desk, Turn(desk.new_cart()))


def till(request: HttpRequest) -> HttpResponse:
    """One turn: typed quantities first, then the button or what was scanned."""
    desk, turn = _opened(request, till_desks.desk_of(request))
    before = turn.cart
    turn = till_acts.edit(turn, request.POST.dict())
    sent, texts = request.POST.get("act", ""), request.POST.getlist("text")[:_MOST_SCANS]
    if sent == "store":
        desk, turn = _chosen(request, desk, turn)
    if sent:
        # What stood in the box when a button was pressed stays in it.
        turn = replace(_act(request, desk, turn, sent), fill=turn.fill or "".join(texts[:1]))
    else:
        # Enter alone says nothing where quantities were typed, nor while the customer pays.
        is_told = turn.cart != before or turn.results or turn.cart.is_paying
        texts = [text for text in texts if text.strip() or not is_told]
        for text in texts:
            turn = till_scanning.scan(till_paying.interrupted(turn, desk), desk, text)
    if turn.order is not None and turn.cart.is_empty:
        return _go(request, reverse("admin:loyalty_order_change", args=[turn.order.pk]))
    return _answer(request, desk, turn)


def receipt(request: HttpRequest) -> HttpResponse:
    """A receipt of its own page, to print it again: `?order=<uid>`."""
    try:
        uid = UUID(request.GET.get("order", ""))
    except ValueError:
        return HttpResponseRedirect(reverse("admin:members_counter"))
    own = scopes.scope_for(request.user).orders(Order.objects.select_related("store"))
    order = get_object_or_404(own, uid=uid)
    context = {"receipt": till_receipts.receipt(order=order)}
    return TemplateResponse(request, "console/till_receipt_page.html", context)


def _opened(request: HttpRequest, desk: Desk) -> tuple[Desk, Turn]:
    """The till in the cart's own store, if that is one of the operator's, and the cart."""
    try:
        cart = till_carts.read(request.POST.get("cart", ""), desk.operator.pk)
    except BadCart as error:
        return desk, Turn(desk.new_cart()).bad(_("A new cart"), dialogs.refusal(error))
    own = desk.store_with(cart.store_id)
    if own is not None:
        return replace(desk, store=own), Turn(cart)
    # Chosen meanwhile, or not theirs any more: what was quoted there doesn't count here.
    store_id = desk.store.pk if desk.store else 0
    cart = replace(cart, store_id=store_id, quote_id="", is_paying=False)
    return desk, Turn(cart)


def _act(request: HttpRequest, desk: Desk, turn: Turn, sent: str) -> Turn:
    if sent == "enroll":
        return _enroll(request, desk, turn)
    return till_acts.act(turn, desk, sent) if sent else turn


def _chosen(request: HttpRequest, desk: Desk, turn: Turn) -> tuple[Desk, Turn]:
    """The till and its cart in the store that was chosen: kept for the log-in, so that it is
    asked once. What was quoted elsewhere doesn't count here."""
    sent = request.POST.get("till_store", "")
    own = desk.store_with(int(sent)) if sent.isdecimal() and len(sent) < _LONGEST_ID else None
    if own is None:
        return desk, turn.bad(_("Not taken"), _("You don't work in this store."))
    request.session[till_desks.STORE_KEY] = own.pk
    turn = till_paying.interrupted(turn, desk)
    cart = replace(turn.cart, store_id=own.pk, quote_id="")
    return replace(desk, store=own), replace(turn, cart=cart)


def _enroll(request: HttpRequest, desk: Desk, turn: Turn) -> Turn:
    """The member of the enrollment form, in the cart."""
    if not request.user.has_perm("members.add_member"):
        raise PermissionDenied
    form = EnrollForm(request.POST, operator=desk.operator)
    asked = replace(turn, form=form)
    if not form.is_valid():
        return asked.bad(_("Not enrolled"), _("Please check the fields marked red."))
    try:
        enrolled = enrollment.enroll(cleaned=form.cleaned_data, actor=desk.operator, at=desk.at)
    except DomainError as error:
        return asked.bad(_("Not enrolled"), dialogs.refusal(error))
    told = till_scanning.attach(turn, enrolled.member)
    if enrolled.is_new:
        result = Result(GOOD, _("Enrolled"), _("The card works at once, in every store."))
    else:
        result = Result(GOOD, _("Already a member"), _("Nothing was changed but new consents."))
    # An inactive membership is said in red, and stays the last word.
    return replace(told, results=(result,)) if told.cart.member else told


def _go(request: HttpRequest, address: str) -> HttpResponse:
    """Another page: the script goes there itself, a plain browser is sent."""
    if request.headers.get(FRAGMENT_HEADER):
        return HttpResponse(headers={GO_HEADER: address})
    return HttpResponseRedirect(address)


def _answer(request: HttpRequest, desk: Desk, turn: Turn) -> HttpResponse:
    """The piece that changed, or the whole page for a browser that asks plainly."""
    context = till_shown.context(turn, desk)
    if request.headers.get(FRAGMENT_HEADER):
        return TemplateResponse(request, "console/till_state.html", context)
    whole = {**admin.site.each_context(request), "title": gettext_lazy("Counter"), **context}
    return TemplateResponse(request, "console/till.html", whole)
