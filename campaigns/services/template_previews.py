"""What members will read: by language and channel, with sample values or as one member would."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from campaigns.models import ContactPolicy
from campaigns.registry import variables as registry
from campaigns.rules.sms_texts import Length
from campaigns.rules.text_filters import Masked
from campaigns.selectors import variables
from campaigns.selectors.gift_samples import gift_samples
from campaigns.selectors.variables import Asked
from campaigns.services import message_prices, templates
from campaigns.services.template_checks import LANGUAGES
from campaigns.services.templates import BrokenTemplate, MissingVariable, Text
from loyalty.services import programs
from members.models import Member
from members.sealing import masking


@dataclass(frozen=True)
class Preview:
    """One language. `text` None: it can't be written, since `missing` isn't known, or, without
    any, the template is broken. `sms_cost_amount`: of one member, None where no price is set."""

    language: str
    text: Text | None
    missing: tuple[str, ...] = ()
    sms: Length | None = None
    sms_cost_amount: int | None = None
    provided: Mapping[str, Text] = field(default_factory=dict)
    is_members_own: bool = False


@dataclass(frozen=True)
class Occasion:
    """A campaign: the variables that it may tell, and its steps that give something, as written."""

    offered: frozenset[str]
    gifts: Sequence[Mapping[str, Any]]


def previews(
    *,
    texts: Mapping[str, Any],
    member: Member | None = None,
    of: Occasion | None = None,
    at: datetime,
) -> list[Preview]:
    """Chinese and English, each where there is a text. With `member`, what is known of them stands
    in it, names and birthday masked; what begins a campaign, and its gifts, stays a sample. `of`:
    the campaign that it is for; of a coupon that it doesn't give nothing is told then.
    """
    own = None
    if member is not None:
        own = templates.language_of(texts, member.language or "zh-hans")
    price = _price("SMS")
    return [
        _preview(
            texts,
            language,
            _fitting(_known(texts, language, member, at), language, of),
            price,
            own == language,
        )
        for language in LANGUAGES
        if str(texts.get(f"body_{language}") or "").strip()
    ]


def _preview(
    texts: Mapping[str, Any],
    language: str,
    known: Mapping[str, Any],
    price: int | None,
    is_own: bool,
) -> Preview:
    try:
        text = templates.write_frozen(texts=texts, language=language, variables=known)
        provided = {
            medium: templates.write_frozen(
                texts=texts, language=language, variables=known, medium=medium
            )
            for medium in texts.get("media_options") or {}
        }
    except MissingVariable:
        needed = templates.needed_of(texts, media=texts.get("media_options") or {})
        missing = tuple(sorted(needed - known.keys()))
        return Preview(language, None, missing, is_members_own=is_own)
    except BrokenTemplate:
        return Preview(language, None, is_members_own=is_own)
    length = message_prices.length(text.body)
    cost = None if price is None else price * length.parts
    return Preview(language, text, (), length, cost, provided, is_own)


def _known(
    texts: Mapping[str, Any], language: str, member: Member | None, at: datetime
) -> dict[str, Any]:
    samples = registry.samples(language)
    if member is None:
        terms = programs.current()
        today = at.astimezone(terms.zone).date()
        return {"currency": terms.currency, "today": today.isoformat(), **samples}
    needed = templates.needed_of(texts, media=texts.get("media_options") or {})
    told = variables.variables_of_many(
        asked=[Asked(member=member, reads=language)], needed=needed, at=at
    )[0]
    begun = {name: samples[name] for name, one in registry.VARIABLES.items() if one.is_of_event}
    return {**begun, **masked(told)}


def _fitting(known: dict[str, Any], language: str, of: Occasion | None) -> dict[str, Any]:
    """Without what begins other campaigns, and what they give; gifts by their own names."""
    if of is None:
        return known
    others = {name for name, one in registry.VARIABLES.items() if one.is_of_event} - of.offered
    mine = {name: value for name, value in known.items() if name not in others}
    return mine | gift_samples(of.gifts, language)


def masked(told: Mapping[str, Any]) -> dict[str, Any]:
    """Names and birthdays as the member's page shows them."""
    shown = dict(told)
    if "name" in shown:
        shown["name"] = Masked(masking.name(shown["name"]))
    if "birthday" in shown:
        shown["birthday"] = Masked(masking.birthday(shown["birthday"]))
    return shown


def _price(medium: str) -> int | None:
    """What one message costs, in minor units; None where nobody said."""
    costs = ContactPolicy.objects.values_list("costs", flat=True).first() or {}
    price = costs.get(medium)
    return price if isinstance(price, int) else None
