"""The counter: scan or type, see the member card, enroll. Answers are pieces of the page.

Personal data comes by POST only: addresses are logged and kept in a browser's history. Without
JavaScript the same forms work, and the whole page comes back.
"""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from config.console import benefit_cards, cards, enrollment, till, till_words
from config.console.enrollment import EnrollForm
from config.console.results import BAD, GOOD, OPEN, Result
from members.admin import dialogs
from members.admin.base import operator_of
from members.errors import DomainError, NotFound
from members.models import Member
from members.rules import card_codes
from members.selectors import members, scopes

FRAGMENT_HEADER = "X-Fragment"
_may_see = permission_required("members.view_member", raise_exception=True)
_may_use = permission_required(benefit_cards.RIGHT, raise_exception=True)
_may_enroll = permission_required("members.add_member", raise_exception=True)


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """The counter's pages, for the site's `get_urls`."""
    views = {
        "": ("members_counter", require_GET(counter)),
        "lookup/": ("members_counter_lookup", require_POST(lookup)),
        "card/": ("members_counter_card", require_POST(card)),
        "benefit/": ("members_counter_benefit", require_POST(_may_use(use_benefit))),
        "enroll/": ("members_counter_enroll", require_POST(_may_enroll(enroll))),
    }
    return [
        *till.urls(site),
        *(
            path(f"counter/{route}", site.admin_view(_may_see(view)), name=name)
            for route, (name, view) in views.items()
        ),
    ]


def counter(request: HttpRequest) -> HttpResponse:
    """The till for those who may sell; who only looks members up gets the box and the card."""
    if request.user.has_perm(till.SELL):
        return till.page(request)
    return _answer(request, {})


def lookup(request: HttpRequest) -> HttpResponse:
    text = request.POST.get("text", "").strip()[:120]
    hits = members.lookup(
        text=text, stores=scopes.scope_for(request.user).store_ids, at=timezone.now()
    )
    if len(hits) == 1:
        return _answer(request, _found(request, hits[0], Result(GOOD, _("Member found"))))
    return _answer(request, _choice(hits) if hits else _nobody(request, text))


def card(request: HttpRequest) -> HttpResponse:
    """One of several hits. Those were members of the operator's stores, so this one must be."""
    try:
        uid = UUID(request.POST.get("member", ""))
    except ValueError:
        return _answer(request, _nobody(request, ""))
    visible = scopes.scope_for(request.user).members(Member.objects.all())
    member = get_object_or_404(visible, uid=uid)
    return _answer(request, _found(request, member, Result(GOOD, _("Member found"))))


def use_benefit(request: HttpRequest) -> HttpResponse:
    """A button on the card. Without a till the operator's one store is where it is used."""
    operator, token = operator_of(request), request.POST.get("benefit", "")
    stores = enrollment.stores_of(operator)
    store = stores[0] if len(stores) == 1 else None
    try:
        member, result = benefit_cards.use(
            token=token, store=store, operator=operator, at=timezone.now()
        )
    except NotFound as error:
        return _answer(request, {"result": Result(BAD, _("Not used"), dialogs.refusal(error))})
    except DomainError as error:
        member = benefit_cards.member_of(token)
        result = Result(BAD, _("Not used"), dialogs.refusal(error))
    return _answer(request, _found(request, member, result))


def enroll(request: HttpRequest) -> HttpResponse:
    form = EnrollForm(request.POST, operator=operator_of(request))
    if not form.is_valid():
        result = Result(BAD, _("Not enrolled"), _("Please check the fields marked red."))
        return _answer(request, {"result": result, "form": form})
    try:
        enrolled = enrollment.enroll(
            cleaned=form.cleaned_data, actor=operator_of(request), at=timezone.now()
        )
    except DomainError as error:
        result = Result(BAD, _("Not enrolled"), dialogs.refusal(error))
        return _answer(request, {"result": result, "form": form})
    if enrolled.is_new:
        result = Result(GOOD, _("Enrolled"), _("The card works at once, in every store."))
    else:
        result = Result(GOOD, _("Already a member"), _("Nothing was changed but new consents."))
    return _answer(request, _found(request, enrolled.member, result))


def _found(request: HttpRequest, member: Member, result: Result) -> dict[str, Any]:
    if member.state != Member.State.ACTIVE:
        reason = _("This membership is not active: %(state)s.")
        result = Result(BAD, result.text, reason % {"state": member.get_state_display()})
    shown = cards.card(member=member, operator=operator_of(request), at=timezone.now())
    return {"result": result, "card": shown}


def _choice(hits: list[Member]) -> dict[str, Any]:
    many = len(hits) >= members.FOUND_AT_MOST
    reason = _("Only the first 20: type more of it, or scan the card.") if many else ""
    text = _("%(count)s members: which one?") % {"count": len(hits)}
    return {"result": Result(OPEN, text, reason), "hits": cards.hits(members=hits)}


def _nobody(request: HttpRequest, text: str) -> dict[str, Any]:
    if not text:
        return {"result": Result(BAD, _("Nothing typed"), _("Scan a card or type a number."))}
    if card_codes.looks_like(text):
        return {"result": Result(BAD, till_words.code_is_over(), till_words.ask_for_a_fresh_code())}
    result = Result(
        BAD,
        _("No member found"),
        _("Check it with the customer, or enroll them here.")
        if request.user.has_perm("members.add_member")
        else _("Check it with the customer."),
    )
    if not request.user.has_perm("members.add_member"):
        return {"result": result}
    digits = sum(letter.isdigit() for letter in text)
    field = "phone" if digits * 2 > len(text) else "name"
    form = EnrollForm(initial={field: text}, operator=operator_of(request))
    return {"result": result, "form": form}


def _answer(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The piece that changed, or the whole page for a browser that asks plainly."""
    if request.headers.get(FRAGMENT_HEADER):
        return TemplateResponse(request, "console/counter_result.html", context)
    whole = {**admin.site.each_context(request), "title": gettext_lazy("Counter"), **context}
    return TemplateResponse(request, "console/counter.html", whole)
