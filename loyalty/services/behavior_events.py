"""Behaviors that channels send as events earn as those that they report one by one.

From the worker, by the dispatch of the event: the batch doesn't wait for it, and nothing is lost.
Each counts once under its rule's limit, whichever way and however often it came.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from loyalty import errors
from loyalty.models import BehaviorRule
from loyalty.rules import behaviors as rules
from loyalty.rules.behaviors import Rule
from loyalty.services import behaviors, programs
from loyalty.services.behaviors import Behavior, Teller
from loyalty.services.programs import Terms
from members.errors import MemberErased, NotFound
from members.models import BehaviorEvent, Event
from members.selectors import behavior_events as selector

# By the kind of the event, the kind of rule that it counts under. A rule whose code is that of
# the kind counts too: `store-visit` for store_visit.
RULE_KINDS = {
    "check_in": BehaviorRule.Kind.CHECK_IN,
    "share": BehaviorRule.Kind.SHARE,
    "review": BehaviorRule.Kind.REVIEW,
}
# It counts for nothing, and never will.
_PASSED_OVER = (
    errors.UnknownBehavior,
    errors.BehaviorNotReported,
    errors.BehaviorTooOld,
    errors.ObjectRequired,
    errors.ExternalIdRequired,
    NotFound,
    MemberErased,
)


def wants(kinds: frozenset[str], at: datetime) -> Collection[str]:
    """Those of these kinds that some rule rewards, whenever they happened."""
    try:
        rewarded = programs.current().behaviors
    except errors.NoProgram:
        return ()
    return [kind for kind in kinds if any(_counts(rule, kind) for rule in rewarded)]


def earn(events: Sequence[Event], at: datetime) -> None:
    """Counts what these events tell of; bears repeats. What was removed meanwhile, or came too
    late for its rule, earns nothing."""
    kept = selector.by_ids(ids=[event.payload["event"] for event in events])
    terms = programs.current()
    for event in events:
        done = kept.get(event.payload["event"])
        if done is not None:
            _earn(done, terms, at)


def _earn(done: BehaviorEvent, terms: Terms, at: datetime) -> None:
    assert done.member_id is not None
    for code in _codes(done, terms):
        behavior = Behavior(
            member_id=done.member_id,
            code=code,
            object_ref=done.object,
            external_id=done.external_id,
            occurred_at=done.occurred_at,
        )
        try:
            behaviors.record(behavior=behavior, teller=Teller(source=done.source), at=at)
        except _PASSED_OVER:
            continue


def _codes(done: BehaviorEvent, terms: Terms) -> set[str]:
    """Codes of the rules that reward it at the instant at which it happened: the newest of its
    kind, and the one that bears its name."""
    found = {
        rules.pick(terms.behaviors, at=done.occurred_at, kind=RULE_KINDS.get(done.kind, "")),
        rules.pick(terms.behaviors, at=done.occurred_at, code=_code(done.kind)),
    }
    return {rule.code for rule in found if rule is not None}


def _counts(rule: Rule, kind: str) -> bool:
    return rule.kind == RULE_KINDS.get(kind) or rule.code == _code(kind)


def _code(kind: str) -> str:
    return kind.replace("_", "-")
