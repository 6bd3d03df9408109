"""Which lots an entry touched, in words."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from loyalty.admin import holdings, words
from loyalty.models import LedgerEntry, Lot
from loyalty.selectors.ledger import Story, Touch


def sentences(story: Story) -> list[str]:
    """One sentence per lot."""
    return [_touched(story.entry, touch) for touch in story.touches]


def _touched(entry: LedgerEntry, touch: Touch) -> str:
    lot = touch.lot
    filled = {"points": words.points(touch.points), "until": _until(lot)}
    if lot.entry_id == entry.pk or entry.kind == LedgerEntry.Kind.ACTIVATE:
        filled["day"] = date_format(timezone.localtime(lot.activates_at), "SHORT_DATE_FORMAT")
        if lot.expires_at is None:
            return _("%(points)s, usable from %(day)s, never expire") % filled
        return _("%(points)s, usable from %(day)s through %(until)s") % filled
    if lot.expires_at is None:
        text = _("%(points)s of the points that never expire")
        return text % filled
    if touch.points > 0:
        return _("%(points)s back to the points valid through %(until)s") % filled
    return _("%(points)s of the points valid through %(until)s") % filled


def _until(lot: Lot) -> str:
    if lot.expires_at is None:
        return ""
    return date_format(holdings.last_day(lot.expires_at), "SHORT_DATE_FORMAT")
