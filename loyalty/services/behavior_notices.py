"""Behaviors that we notice ourselves: a member registered, a profile became complete."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from loyalty.models import Account, BehaviorAward, BehaviorRule
from loyalty.rules import behaviors as rules
from loyalty.rules.behaviors import Rule
from loyalty.services import accounts, behaviors, points, programs
from loyalty.services.behaviors import Behavior
from loyalty.services.posting import Posting
from loyalty.services.programs import Terms
from members.selectors import completeness

_Kind = BehaviorRule.Kind


def registered(*, joined: Mapping[int, datetime], at: datetime) -> list[BehaviorAward]:
    """Points for registering, and for who told all of their profile at once; by member id with
    the instant of joining. Bears repeats."""
    # Their accounts were opened a moment ago, by terms that were asked for then.
    terms = programs.kept()
    awards = _notice(_Kind.REGISTER, joined, terms, at)
    return awards + _complete(joined, terms, at)


def completed(*, changed: Mapping[int, datetime], at: datetime) -> list[BehaviorAward]:
    """Points for those whose profile is complete now, once; by member id with the instant of
    the change. Bears repeats."""
    return _complete(changed, programs.current(), at)


def _complete(changed: Mapping[int, datetime], terms: Terms, at: datetime) -> list[BehaviorAward]:
    if not _has_rule(_Kind.PROFILE_COMPLETE, terms):
        return []
    found = completeness.of_members(member_ids=changed)
    full = {pk: changed[pk] for pk, complete in found.items() if complete.is_full}
    return _notice(_Kind.PROFILE_COMPLETE, full, terms, at)


def _has_rule(kind: str, terms: Terms) -> bool:
    return any(rule.kind == kind for rule in terms.behaviors)


def _notice(
    kind: str, members: Mapping[int, datetime], terms: Terms, at: datetime
) -> list[BehaviorAward]:
    """Who has it already, or whom no rule concerns, is passed over."""
    rule_of = {
        member_id: rule
        for member_id, occurred_at in members.items()
        if (rule := rules.pick(terms.behaviors, at=occurred_at, kind=kind)) is not None
    }
    if not rule_of:
        return []
    with transaction.atomic():
        return _count(kind, rule_of, members, terms, at)


def _count(
    kind: str,
    rule_of: Mapping[int, Rule],
    members: Mapping[int, datetime],
    terms: Terms,
    at: datetime,
) -> list[BehaviorAward]:
    # Who was registered by other means has no account yet.
    owners = Account.objects.filter(member_id__in=rule_of).values_list("member_id", flat=True)
    states = accounts.lock(member_ids=sorted(owners))
    earlier = BehaviorAward.objects.filter(member_id__in=states, rule__kind=kind)
    counted = set(earlier.values_list("member_id", flat=True))
    batch = Posting(at=at)
    awards = []
    for member_id in sorted(states.keys() - counted):
        done = Behavior(member_id=member_id, kind=kind, occurred_at=members[member_id])
        awards.append(
            behaviors.count(states[member_id], rule_of[member_id], "once", done, batch, terms)
        )
    points.write(batch, [states[member_id] for member_id in sorted(states)])
    return awards
