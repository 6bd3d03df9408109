"""What kinds of behavior are called and look like."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from members.models import Channel
from members.rules.behavior_events import KINDS, PRODUCT
from members.rules.behavior_runs import Run

_MINUTE, _HOUR = 60, 3_600


@dataclass(frozen=True)
class Words:
    """`label` heads figures; `did` tells of one event, with or without its object."""

    label: Any
    did: Any
    icon: str


WORDS = {
    "page_view": Words(_("Pages viewed"), _("Viewed a page"), "web"),
    "product_view": Words(_("Products viewed"), _("Viewed a product"), "visibility"),
    "search": Words(_("Searches"), _("Searched"), "search"),
    "add_to_cart": Words(_("Put into the cart"), _("Put into the cart"), "add_shopping_cart"),
    "remove_from_cart": Words(
        _("Taken out of the cart"), _("Took out of the cart"), "remove_shopping_cart"
    ),
    "app_open": Words(_("App opened"), _("Opened the app"), "smartphone"),
    "feature_use": Words(_("Features used"), _("Used a feature"), "touch_app"),
    "check_in": Words(_("Check-ins"), _("Checked in"), "event_available"),
    "share": Words(_("Shares"), _("Shared"), "share"),
    "like": Words(_("Likes"), _("Liked"), "favorite"),
    "comment": Words(_("Comments"), _("Commented"), "chat_bubble"),
    "review": Words(_("Reviews"), _("Reviewed"), "star"),
    "activity_visit": Words(_("Activities visited"), _("Visited an activity"), "celebration"),
    "store_visit": Words(_("Stores visited"), _("Visited a store"), "storefront"),
    "sign_in": Words(_("Log-ins"), _("Logged in"), "login"),
}


def words(kind: str) -> Words:
    """A kind that is not listed any more shows its code."""
    return WORDS.get(kind) or Words(kind, kind, "circle")


def run_text(run: Run) -> str:
    """A run in one line: what was done, to how many things, or how often."""
    count = len(run.deeds)
    if count == 1:
        return str(words(run.kind).did)
    kind = KINDS.get(run.kind)
    if run.kind == "product_view":
        told = ngettext("Viewed %(count)s product", "Viewed %(count)s products", run.objects)
        return told % {"count": run.objects}
    if run.kind == "page_view" and run.objects:
        told = ngettext("Viewed %(count)s page", "Viewed %(count)s pages", run.objects)
        return told % {"count": run.objects}
    if kind is not None and kind.object == PRODUCT:
        told = ngettext("%(did)s: %(count)s product", "%(did)s: %(count)s products", run.objects)
        return told % {"did": words(run.kind).did, "count": run.objects}
    return gettext("%(did)s, %(count)s times") % {"did": words(run.kind).did, "count": count}


def channels() -> dict[str, str]:
    """What channels are called, by the code that events keep; one query."""
    return {channel.code: channel.name for channel in Channel.objects.all()}


def duration(seconds: int) -> str:
    """`48 s`, `4 min`, `1 h 10 min`; "" for no time at all."""
    if seconds <= 0:
        return ""
    if seconds < _MINUTE:
        return gettext("%(seconds)s s") % {"seconds": seconds}
    minutes = round(seconds / _MINUTE)
    if seconds < _HOUR:
        return gettext("%(minutes)s min") % {"minutes": minutes}
    hours, left = divmod(minutes, 60)
    return gettext("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": left}
