"""The sidebar: by task, not by table. Every item names the permission that shows it."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.http import HttpRequest

from config.console import analytics_places, badges, office_places, shop_places
from config.console.places import Group, Place, address

GROUPS = (*shop_places.GROUPS, *analytics_places.GROUPS, *office_places.GROUPS)


def sidebar(request: HttpRequest, tabs: Sequence[Sequence[str]] = ()) -> list[dict[str, Any]]:
    """Unfold's form of `GROUPS` for this operator. `tabs` are the addresses of pages that stand
    side by side: on one of them the place of another is marked as the one where they are."""
    here = _here(request.path, tabs)
    return [
        {
            "title": group.title,
            "separator": position > 0,
            "collapsible": group.is_collapsible,
            "items": [_item(place, request, here) for place in group.places],
        }
        for position, group in enumerate(GROUPS)
    ]


def places_of(request: HttpRequest) -> Iterator[tuple[Group, Place, str]]:
    """(group, place, link) of every page that the operator may open."""
    for group in GROUPS:
        for place in group.places:
            if place.is_open_to(request):
                yield group, place, place.link


def _item(place: Place, request: HttpRequest, here: str) -> dict[str, Any]:
    link, is_open = place.link, place.is_open_to(request)
    item = {
        "title": place.title,
        "icon": place.icon,
        "link": link,
        "has_permission": is_open,
        "active": link == here,
    }
    # Unfold prints the callback's path where a badge callback answers 0: so no badge at all then.
    count = place.badge(request) if place.badge and is_open else 0
    if count:
        item["badge"] = str(count) if count < badges.MOST else f"{badges.MOST - 1}+"
        item["badge_variant"] = "danger" if place.badge is badges.dead_dispatches else "primary"
    return item


def _here(path: str, tabs: Sequence[Sequence[str]]) -> str:
    """The link of the one place where the operator is, or nothing: of those that fit the longest,
    since the calendar's address lies below that of campaigns; its own before one beside it."""
    if path == address("admin:index"):
        return path
    links = [place.link for group in GROUPS for place in group.places]
    found = [(_fits(path, link, tabs), _fits(path, link), link) for link in links]
    length, _own, link = max(found, key=lambda one: one[:2])
    return link if length else ""


def _fits(path: str, link: str, tabs: Sequence[Sequence[str]] = ()) -> int:
    """How much of the path is the place's address, or that of a page beside it."""
    if link == address("admin:index"):
        return 0
    beside = next((row for row in tabs if link in row), (link,))
    addresses = [one.partition("?")[0] for one in beside]
    return max((len(one) for one in addresses if path.startswith(one)), default=0)
