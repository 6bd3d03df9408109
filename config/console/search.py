"""What the palette finds: pages by name, members by card, phone or name (masked), orders, and
campaigns."""

from django.core.paginator import Page, Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from unfold.dataclasses import SearchResult

from campaigns.selectors import campaign_search
from config.console import navigation
from loyalty.models import Order
from loyalty.selectors import documents
from members.sealing import masking
from members.selectors import members, scopes

LIMIT = 20


def find(*, request: HttpRequest, text: str) -> list[SearchResult]:
    """At most twenty results that the operator may open, the likeliest first."""
    found = [
        *_pages(request, text),
        *_members(request, text),
        *_orders(request, text),
        *_campaigns(request, text),
    ]
    return found[:LIMIT]


def page_of(results: list[SearchResult]) -> Page[SearchResult]:
    return Paginator(results, LIMIT).page(1)


def _pages(request: HttpRequest, text: str) -> list[SearchResult]:
    return [
        SearchResult(
            title=str(place.title), description=str(group.title), link=link, icon=place.icon
        )
        for group, place, link in navigation.places_of(request)
        if text.casefold() in str(place.title).casefold()
    ]


def _members(request: HttpRequest, text: str) -> list[SearchResult]:
    """As at the counter, but only what the operator may open from a list."""
    if not request.user.has_perm("members.view_member"):
        return []
    scope = scopes.scope_for(request.user)
    found = members.lookup(text=text, stores=scope.store_ids)
    return [
        SearchResult(
            title=masking.name(member.name) or member.card_number,
            description=member.card_number,
            link=reverse("admin:members_member_change", args=[member.pk]),
            icon="person",
        )
        for member in found
        if scope.contains(member.store_id)
    ]


def _orders(request: HttpRequest, text: str) -> list[SearchResult]:
    if not request.user.has_perm("loyalty.view_order"):
        return []
    orders = scopes.scope_for(request.user).orders(Order.objects.all())
    return [
        SearchResult(
            title=order.external_id,
            description=_("Order of %(day)s") % {"day": date_format(order.business_date)},
            link=reverse("admin:loyalty_order_change", args=[order.pk]),
            icon="receipt_long",
        )
        for order in documents.numbered(orders, text)[:LIMIT]
    ]


def _campaigns(request: HttpRequest, text: str) -> list[SearchResult]:
    """By a part of the name or of the code."""
    if not request.user.has_perm("campaigns.view_campaign"):
        return []
    return [
        SearchResult(
            title=campaign.name or campaign.code,
            description=str(campaign.get_state_display()),
            link=reverse("admin:campaigns_campaign_change", args=[campaign.pk]),
            icon="campaign",
        )
        for campaign in campaign_search.named(text, limit=LIMIT)
    ]
