"""The sidebar: by task, not by table. Every item names the permission that shows it."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest

from config.console import badges, office_places, shop_places
from config.console.places import Group, Place

GROUPS = (*shop_places.GROUPS, *office_places.GROUPS)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's form of `GROUPS` for this operator."""
    return [
        {
            "title": group.title,
            "separator": position > 0,
            "collapsible": group.is_collapsible,
            "items": [_item(place, request) for place in group.places],
        }
        for position, group in enumerate(GROUPS)
    ]


def places_of(request: HttpRequest) -> Iterator[tuple[Group, Place, str]]:
    """(group, place, link) of every page that the operator may open."""
    for group in GROUPS:
        for place in group.places:
            if place.is_open_to(request):
                yield group, place, place.link


def _item(place: Place, request: HttpRequest) -> dict[str, Any]:
    item = {
        "title": place.title,
        "icon": place.icon,
        "link": place.link,
        "permission": place.is_open_to,
    }
    # Unfold prints the callback's path where a badge callback answers 0: so no badge at all then.
    count = place.badge(request) if place.badge and place.is_open_to(request) else 0
    if count:
        item["badge"] = str(count) if count < badges.MOST else f"{badges.MOST - 1}+"
        item["badge_variant"] = "danger" if place.badge is badges.dead_dispatches else "primary"
    return item
