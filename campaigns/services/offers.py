"""Offers: a draft is published with a second person's consent, and never changed again. What it
was sold under stays with each order; a change is a new version.
"""

import copy
import hashlib
import json
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.db.models.base import ModelState

from campaigns.models import Offer
from campaigns.services import offer_checks, offer_pools
from loyalty.services import earning_rules, multipliers
from loyalty.services.multipliers import Multiplier
from members.errors import DomainError, NotFound, ReasonRequired
from members.models import ApprovalRequest, User
from members.services import approvals, audit

ACTION = "campaigns.offer.publish"
_NOT_DECIDING = frozenset({"id", "uid", "version", "name_zh", "name_en"})
_LONGEST_CODE = 40


class OfferNotADraft(DomainError):
    """Only a draft can be published: a published offer is changed by a new version."""

    code = "not_a_draft"
    status = 409


class OfferNotPublished(DomainError):
    """A draft has not been published: change it as it is."""

    code = "not_published"
    status = 409


def next_version(*, code: str) -> int:
    """The number of a new draft of this offer."""
    offers = Offer.objects.filter(code=code)
    return int(offers.aggregate(last=Max("version", default=0))["last"]) + 1


@transaction.atomic
def ask_to_publish(*, offer_id: int, reason: str, maker: User, at: datetime) -> ApprovalRequest:
    """The request that a second person decides.

    Raises: NotFound, OfferNotADraft, ReasonRequired, BadOffer, BadCondition.
    """
    offer = _draft(offer_id)
    offer_checks.check(offer)
    ask = approvals.Ask(
        action=ACTION,
        summary=f"{offer.name}, v{offer.version}",
        payload={"kind": offer.kind, "budget_amount": offer.budget_amount},
        target_type="campaigns.offer",
        target_id=offer.pk,
    )
    return approvals.request(ask=ask, reason=reason, maker=maker, at=at)


@transaction.atomic
def run_approved(request: ApprovalRequest, at: datetime) -> None:
    """Publishes the offer: it holds from the instant that the draft names, or from now when that
    has passed. Its budget and count are opened, less what its versions have used.

    Raises: NotFound, OfferNotADraft, BadOffer, BadCondition; RuleCodeTaken, BadRule.
    """
    offer = _draft(request.target_id or 0)
    # All versions share the pools: two that are published at once go one after the other.
    list(Offer.objects.select_for_update().filter(code=offer.code).order_by("pk"))
    offer.valid_from = max(offer.valid_from, at)
    offer_checks.check(offer)
    offer.state = Offer.State.PUBLISHED
    if offer.kind == Offer.Kind.MULTIPLIER:
        offer.earning_rule_id = _multiply(offer, at)
    offer.save(update_fields=["state", "valid_from", "earning_rule_id"])
    offer_pools.publish(offer)


def version_of_target(request: ApprovalRequest) -> str:
    """What the maker saw: a draft that was edited since makes the request outdated."""
    offer = Offer.objects.filter(pk=request.target_id or 0).first()
    return "" if offer is None else fingerprint(offer)


def fingerprint(offer: Offer) -> str:
    """A hash of everything that decides what the offer does, and of its state; names don't."""
    values = {
        column.attname: getattr(offer, column.attname)
        for column in offer._meta.concrete_fields
        if column.attname not in _NOT_DECIDING
    }
    values["stores"] = sorted(offer.stores.values_list("pk", flat=True))
    told = json.dumps(values, sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()[:40]


@transaction.atomic
def new_version(*, offer_id: int, at: datetime) -> Offer:
    """A draft with the next version of an offer that was published, to be changed and published
    in its place. A draft that is there already is given back: a repeat makes no second one.

    Raises: NotFound, OfferNotPublished.
    """
    offer = _locked(offer_id)
    if offer.state == Offer.State.DRAFT:
        raise OfferNotPublished
    waiting = Offer.objects.filter(code=offer.code, state=Offer.State.DRAFT)
    found = waiting.order_by("-version").first()
    if found is not None:
        return found
    stores = list(offer.stores.all())
    draft = copy.copy(offer)
    draft.pk = None
    draft._state = ModelState()
    draft.uid = Offer._meta.get_field("uid").get_default()
    draft.state = Offer.State.DRAFT
    draft.version = next_version(code=offer.code)
    draft.earning_rule_id = None
    draft.valid_from = max(offer.valid_from, at)
    draft.valid_until = offer.valid_until if (offer.valid_until or at) > at else None
    draft.save(force_insert=True)
    draft.stores.set(stores)
    return draft


@transaction.atomic
def stop(*, offer_id: int, reason: str, actor: User, at: datetime) -> Offer:
    """Ends a published offer now: quotes and orders of before keep what they were promised. One
    that hasn't begun is a draft again, so that the version before it goes on. An offer that has
    been stopped stays as it is.

    Raises: NotFound, OfferNotPublished, ReasonRequired.
    """
    if not reason.strip():
        raise ReasonRequired
    offer = _locked(offer_id)
    if offer.state == Offer.State.DRAFT:
        raise OfferNotPublished
    if offer.state == Offer.State.RETIRED or (offer.valid_until and offer.valid_until <= at):
        return offer
    if offer.valid_from > at:
        offer.state = Offer.State.DRAFT
    else:
        offer.state, offer.valid_until = Offer.State.RETIRED, at
    offer.save(update_fields=["state", "valid_until"])
    if offer.earning_rule_id is not None:
        earning_rules.stop(rule_id=offer.earning_rule_id, reason=reason, actor=actor, at=at)
    audit.record(
        action="offer.stopped",
        at=at,
        actor_id=actor.pk,
        reason=reason,
        details={"offer": offer.code, "version": offer.version},
    )
    return offer


def _multiply(offer: Offer, at: datetime) -> int:
    """The earning rule that does what the offer says; the id of its version."""
    versions = Offer.objects.filter(code=offer.code)
    known = versions.values_list("earning_rule_id", flat=True)
    rule = multipliers.publish(
        multiplier=Multiplier(
            code=rule_code(offer.code),
            name_zh=offer.name_zh,
            name_en=offer.name_en,
            percent=offer.multiplier_percent,
            condition=offer.condition,
            min_amount=offer.min_amount,
            min_quantity=offer.min_quantity,
            stores=list(offer.stores.all()),
            valid_from=offer.valid_from,
            valid_until=offer.valid_until,
        ),
        known_ids={rule_id for rule_id in known if rule_id is not None},
        at=at,
    )
    return rule.pk


def rule_code(code: str) -> str:
    """The code of the earning rule that an offer publishes."""
    whole = f"offer-{code}"
    if len(whole) <= _LONGEST_CODE:
        return whole
    return f"{whole[: _LONGEST_CODE - 9]}-{hashlib.sha256(code.encode()).hexdigest()[:8]}"


def _draft(offer_id: int) -> Offer:
    offer = _locked(offer_id)
    if offer.state != Offer.State.DRAFT:
        raise OfferNotADraft
    return offer


def _locked(offer_id: int) -> Offer:
    offer = Offer.objects.select_for_update().filter(pk=offer_id).first()
    if offer is None:
        raise NotFound
    return offer
