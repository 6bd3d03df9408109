"""A message's way in words: channels that were passed over, and what was reported."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from campaigns.models import Delivery, Receipt
from campaigns.rules import receipts as rules
from members.models import Consent

_LINK = "link:"


def medium(code: str) -> str:
    return str(dict(Consent.Medium.choices).get(code, code))


def reason(code: str) -> str:
    return str(dict(Delivery.Reason.choices).get(code, code))


def tried(delivery: Delivery) -> str:
    """`WeChat: No consent; SMS: Enough messages for now`, or nothing."""
    parts = [
        _("%(channel)s: %(reason)s")
        % {"channel": medium(one.get("medium", "")), "reason": reason(one.get("reason", ""))}
        for one in delivery.tried
    ]
    return "; ".join(parts)


def detail(receipt: Receipt) -> str:
    """What a receipt's code says."""
    if receipt.kind == Receipt.Kind.BOUNCED:
        code = receipt.detail.partition(":")[2]
        said = _("for good") if rules.is_hard(receipt.detail) else _("for now")
        return f"{said} ({code})" if code else said
    if receipt.detail.startswith(_LINK):
        return _("Link %(number)s") % {"number": receipt.detail.removeprefix(_LINK)}
    return receipt.detail


def by(receipt: Receipt) -> str:
    """Who looked, where somebody did: machines don't count."""
    if receipt.kind not in (Receipt.Kind.OPENED, Receipt.Kind.CLICKED):
        return "–"
    return _("a machine: doesn't count") if receipt.is_machine else _("a person")


def language(code: str) -> str:
    return str(dict(settings.LANGUAGES).get(code, code))


def refused(counts: Any) -> str:
    """Why messages weren't sent again, with how many: `3: it may have arrived`."""
    words = {
        "not_dead": _("no longer failed"),
        "may_have_arrived": _("may have arrived"),
        "campaign_is_stopped": _("the campaign was stopped"),
        "text_is_gone": _("the text is no longer kept"),
    }
    return ", ".join(f"{count} × {words.get(code, code)}" for code, count in counts.items())
