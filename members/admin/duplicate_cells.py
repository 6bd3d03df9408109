"""Pairs that may be one person, in words: reasons, and both cards masked beside each other."""

from typing import Any

from django.utils import formats, timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import DuplicateCandidate, Identity, Member
from members.sealing import masking

REASONS = {
    "email": gettext_lazy("same e-mail"),
    "device": gettext_lazy("same device"),
    "name": gettext_lazy("same name"),
    "external_id": gettext_lazy("same number in two systems"),
    "birthday": gettext_lazy("same birthday"),
    "phone_tail": gettext_lazy("same last four digits of the phone"),
    "store": gettext_lazy("same store"),
    "birth_band": gettext_lazy("about the same age"),
    "other_birthday": gettext_lazy("other birthday"),
    "other_name": gettext_lazy("other name"),
    "other_gender": gettext_lazy("other gender"),
}


def reasons(pair: DuplicateCandidate) -> str:
    """What speaks for it, strongest first, then what speaks against it."""
    ordered = sorted(pair.reasons.items(), key=lambda item: -item[1])
    return ", ".join(str(REASONS.get(code, code)) for code, _points in ordered)


def reasons_with_points(pair: DuplicateCandidate) -> Any:
    ordered = sorted(pair.reasons.items(), key=lambda item: -item[1])
    rows = ((str(REASONS.get(code, code)), f"{points:+d}") for code, points in ordered)
    return format_html_join("", '<p class="console-step">{} ({})</p>', rows)


def card(member: Member) -> Any:
    """Name, phone and e-mail masked, store, since when."""
    joined = formats.date_format(timezone.localtime(member.joined_at), "SHORT_DATE_FORMAT")
    facts = [
        masking.name(member.name) or _("No name"),
        member.card_number,
        *_found_by(member),
        str(member.store or ""),
        _("since %(day)s") % {"day": joined},
    ]
    shown = format_html_join("", "<div>{}</div>", ((one,) for one in facts if one))
    return format_html('<div class="duplicate-card">{}</div>', shown)


def _found_by(member: Member) -> list[str]:
    wanted = (Identity.Kind.PHONE, Identity.Kind.EMAIL)
    shown = []
    # Prefetched by the list.
    for row in member.identities.all():
        if row.kind in wanted:
            row.member = member
            shown.append(masking.mask(row.kind, row.value))
    return shown
