"""How far a request to start a campaign reaches, in sentences: members and liability, for each
member, for each run, and in all."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.admin import campaign_words, durations
from campaigns.models import Campaign
from campaigns.rules.journey_steps import Grant, Kind
from campaigns.rules.journeys import BadSteps, Flow
from campaigns.selectors import gift_worth
from campaigns.services import campaign_versions
from members.admin import condition_sentences

_Entry = Campaign.Entry
_ONCE = (_Entry.NOW, _Entry.AT)
Asked = Mapping[str, Any]


def sentences(campaign: Campaign, asked: Asked) -> list[str]:
    """Figures are those that the request binds; what isn't in them is said too."""
    return [
        _members(campaign, asked),
        *_liability(campaign, asked),
        *_left_out(campaign),
        _sending(campaign),
    ]


def is_each_run(campaign: Campaign) -> bool:
    """Whether members and liability are bound for each run, of which there are several."""
    return campaign.comes_in_runs and campaign.entry not in _ONCE


def _members(campaign: Campaign, asked: Asked) -> str:
    count, now = asked.get("members_count"), asked.get("members_now_count")
    if count is None:
        return _("Audience: whoever comes, without a limit of members.")
    values = {"count": f"{count:,}", "now": f"{now or 0:,}"}
    if campaign.entry == _Entry.EVENT:
        told = _("Audience: at most %(count)s members in all; who comes in again counts again.")
    elif campaign.entry in _ONCE and now is None:
        told = _("Audience: at most %(count)s members.")
    elif now is None:
        told = _("Audience: at most %(count)s members in each run.")
    elif campaign.entry in _ONCE:
        told = _("Audience: at most %(count)s members; there were %(now)s when it was asked.")
    elif campaign.entry == _Entry.DATE:
        told = _(
            "Audience: at most %(count)s members in each run; %(now)s on the fullest day of the "
            "year when it was asked."
        )
    else:
        told = _(
            "Audience: at most %(count)s members in each run; there were %(now)s when it was asked."
        )
    return told % values


def _liability(campaign: Campaign, asked: Asked) -> Iterator[str]:
    one, run = asked.get("liability_of_one_amount"), asked.get("liability_amount")
    if not one:
        yield _("Largest liability: %(amount)s.") % {"amount": campaign_words.amount(run or 0)}
        return
    yield _of_member(campaign, campaign_words.amount(one))
    if is_each_run(campaign) and run is not None:
        yield _("For each run: at most %(amount)s.") % {"amount": campaign_words.amount(run)}
    yield _in_all(campaign, asked)


def _of_member(campaign: Campaign, amount: str) -> str:
    """What the gifts of one member may cost, and how often."""
    values = {"amount": amount, "how_often": _how_often(campaign)}
    return _("Gifts for each member: at most %(amount)s each time; %(how_often)s.") % values


def _how_often(campaign: Campaign) -> str:
    keys = campaign.entry_rule.get("keys") or []
    if campaign.entry in _ONCE:
        return _("they come in once")
    if campaign.entry == _Entry.DATE:
        return _("they come in once a year")
    if campaign.re_entry_days is not None:
        told = _("they may come in again after %(time)s")
        if {"product", "order"} & set(keys):
            told = _("for each product or order they may come in again after %(time)s")
        return told % {"time": durations.of_days(campaign.re_entry_days)}
    if campaign.entry == _Entry.RECURRING:
        return _("they may come in with every run")
    if campaign.entry == _Entry.STATE or keys == ["member"]:
        return _("they come in once")
    if not keys:
        return _("they come in each time it happens")
    labels = {"product": _("product"), "order": _("order"), "day": _("day")}
    named = [label for key, label in labels.items() if key in keys]
    return _("they come in once for each %(keys)s") % {"keys": condition_sentences.both(named)}


def _in_all(campaign: Campaign, asked: Asked) -> str:
    whole, runs = asked.get("liability_in_all_amount"), asked.get("runs_count")
    if whole is None and campaign.entry == _Entry.EVENT:
        return _(
            "Largest liability in all: without a limit, since whoever it happens to comes in. A "
            "limit of members would set one."
        )
    if whole is None:
        return _(
            "Largest liability in all: without a limit, since each run may cost so much again. A "
            "day on which it ends would set one."
        )
    values = {"amount": campaign_words.amount(whole), "runs": f"{runs or 0:,}"}
    if campaign.entry in _ONCE or campaign.entry == _Entry.EVENT:
        return _("Largest liability in all: %(amount)s.") % values
    values["end"] = _end(campaign)
    told = ngettext(
        "Largest liability in all: %(amount)s, in %(runs)s run until %(end)s.",
        "Largest liability in all: %(amount)s, in %(runs)s runs until %(end)s.",
        runs or 0,
    )
    return told % values


def _end(campaign: Campaign) -> str:
    return date_format(localtime(campaign.ends_at), "DATETIME_FORMAT") if campaign.ends_at else "–"


def _left_out(campaign: Campaign) -> Iterator[str]:
    """What is given and has no figure."""
    try:
        flow: Flow = campaign_versions.flow_of(campaign)
    except BadSteps:
        return
    if names := gift_worth.unpriced(flow):
        told = _("Not in it, since the cart decides what they cost: %(names)s.")
        yield told % {"names": condition_sentences.listed(names)}
    gifts = [step.what for step in flow.of_kind(Kind.GRANT) if isinstance(step, Grant)]
    if "BENEFIT" in gifts:
        yield _("Benefits are given too; what they cost isn't in it.")


def _sending(campaign: Campaign) -> str:
    if campaign.budget_amount is None:
        return _("Sending messages isn't in it, and has no budget.")
    told = _("Sending messages isn't in it: it may cost %(amount)s in all.")
    return told % {"amount": campaign_words.amount(campaign.budget_amount)}
