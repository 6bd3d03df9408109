"""For whom a campaign is and within which limits, each line a sentence."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.formats import date_format, time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.admin import durations
from campaigns.models import Campaign
from campaigns.rules import journeys
from campaigns.rules.journey_steps import Kind
from loyalty.rules import money
from loyalty.services import programs
from members.admin import condition_sentences
from members.models import Consent
from members.registry import member_fields
from members.registry.fields import Words
from members.rules.conditions import BadCondition
from members.selectors import member_conditions

# More stores than these are counted, not listed.
_MOST_STORES = 3


def audience_sentence(campaign: Campaign, said: Words | None = None) -> str:
    """`Members of the segment “Regulars”, if in Jing'an. Only of the store Sanlitun.`"""
    condition = _condition(campaign, said)
    if campaign.segment is not None:
        who = _("Members of the segment “%(name)s”") % {"name": campaign.segment.name}
    else:
        who = _("All active members")
    pattern = _("%(who)s, if %(condition)s.") if condition else _("%(who)s.")
    told = pattern % {"who": who, "condition": condition}
    return " ".join(part for part in (told, _stores(campaign)) if part)


def guard_rails(campaign: Campaign) -> list[str]:
    """What keeps it within bounds, each a sentence; what the house says for all isn't told."""
    told = [
        *_consent(campaign),
        *_times(campaign),
        *_limits(campaign),
        *_held_out(campaign),
        *_late(campaign),
    ]
    return [one for one in told if one]


def _condition(campaign: Campaign, said: Words | None) -> str:
    if not campaign.condition:
        return ""
    try:
        condition = member_conditions.read(campaign.condition)
    except BadCondition:
        return _("a condition that can't be read any more")
    return condition_sentences.sentence(condition, said or Words(member_fields.vocabulary()))


def _stores(campaign: Campaign) -> str:
    names = [store.name for store in campaign.stores.all()] if campaign.pk else []
    if not names:
        return ""
    if len(names) > _MOST_STORES:
        return _("Only of %(count)s stores, as a trial.") % {"count": f"{len(names):,}"}
    return _("Only of %(stores)s, as a trial.") % {"stores": condition_sentences.both(names)}


def _consent(campaign: Campaign) -> Iterable[str]:
    purpose = dict(Consent.Purpose.choices).get(campaign.purpose, campaign.purpose)
    yield _("Only to members who allow it: %(purpose)s.") % {"purpose": purpose}
    yield _("Priority %(priority)s of 9.") % {"priority": campaign.priority}


def _times(campaign: Campaign) -> Iterable[str]:
    if campaign.starts_at:
        yield _("Not before %(when)s.") % {"when": _instant(campaign.starts_at)}
    if campaign.ends_at:
        yield _("Nobody comes in from %(when)s on.") % {"when": _instant(campaign.ends_at)}
    if campaign.quiet_from and campaign.quiet_until:
        values = {
            "from": time_format(campaign.quiet_from, "TIME_FORMAT"),
            "until": time_format(campaign.quiet_until, "TIME_FORMAT"),
        }
        yield _("Nothing is sent from %(from)s to %(until)s, the member's time.") % values
    yield _("A message that isn't sent within %(time)s is dropped.") % {
        "time": durations.of_hours(campaign.expires_hours)
    }


def _limits(campaign: Campaign) -> Iterable[str]:
    yield {
        Campaign.CapPolicy.DROP: _("Over the frequency cap a message is left out."),
        Campaign.CapPolicy.DEFER: _("Over the frequency cap a message waits for room."),
        Campaign.CapPolicy.FALL_BACK: _("Over the frequency cap the next channel is taken."),
    }.get(Campaign.CapPolicy(campaign.cap_policy), "")
    if campaign.rate_per_minute:
        text = ngettext(
            "At most %(count)s message a minute.",
            "At most %(count)s messages a minute.",
            campaign.rate_per_minute,
        )
        yield text % {"count": f"{campaign.rate_per_minute:,}"}
    if campaign.audience_limit:
        text = ngettext(
            "At most %(count)s member.", "At most %(count)s members.", campaign.audience_limit
        )
        yield text % {"count": f"{campaign.audience_limit:,}"}
    if campaign.budget_amount is not None:
        amount = money.text(campaign.budget_amount, programs.kept().currency, short=True)
        yield _("Sending may cost %(amount)s; then nothing more is sent.") % {"amount": amount}
    yield _again(campaign)


def _again(campaign: Campaign) -> str:
    """Of what happens once for a product or an order, the entry's own sentence says it."""
    if campaign.entry == Campaign.Entry.DATE:
        return _("Each member comes in once a year.")
    if campaign.re_entry_days is not None:
        return _("The same member may come in again after %(time)s.") % {
            "time": durations.of_days(campaign.re_entry_days)
        }
    if campaign.entry == Campaign.Entry.RECURRING:
        return _("Members come in each time anew.")
    keys = campaign.entry_rule.get("keys") or []
    if campaign.entry != Campaign.Entry.EVENT or keys == ["member"]:
        return _("Each member comes in once.")
    if keys or not campaign.entry_rule.get("event"):
        return ""
    return _("A member comes in each time it happens.")


def _held_out(campaign: Campaign) -> Iterable[str]:
    if campaign.control_share:
        share = {"share": f"{campaign.control_share / 100:g}"}
        yield _("%(share)s%% are held out for comparison: they get nothing.") % share
    arms: Sequence[Any] = campaign.arms
    if len(arms) > 1:
        names = [f"{one['code'].upper()} {one['share'] / 100:g}%" for one in arms]
        yield _("Variants: %(arms)s.") % {"arms": condition_sentences.listed(names)}
        kinds = {one.get("kind") for one in journeys.written_steps(campaign.steps)}
        if Kind.SPLIT.value not in kinds:
            yield _(
                "All variants get the same: in the journey a step “Split by variant” makes them "
                "different."
            )


def _late(campaign: Campaign) -> Iterable[str]:
    if not campaign.comes_in_runs:
        return
    time = {"time": durations.of_minutes(campaign.late_minutes)}
    if campaign.late_policy == Campaign.Late.SKIP:
        yield _("A run that is found later than %(time)s is left out.") % time
    else:
        yield _("A run that is found later than %(time)s is sent all the same.") % time


def _instant(at: datetime) -> str:
    return date_format(localtime(at), "DATETIME_FORMAT")
