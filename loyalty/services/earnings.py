"""What an order does to its member's points: it spends first, then earns, by lots."""

from datetime import datetime

from loyalty.rules import calendar, earning, lives
from loyalty.rules.earning import Award
from loyalty.rules.earning_caps import Limits
from loyalty.rules.earning_compile import Life
from loyalty.rules.entries import Document
from loyalty.rules.lots import Lot
from loyalty.services import budgets, cases, payments, rule_inputs
from loyalty.services.answers import Earned
from loyalty.services.cases import Case
from loyalty.services.programs import Terms


def earn(case: Case, terms: Terms, at: datetime) -> Earned:
    """Spends first, then earns: an order can't pay for itself."""
    document, state = case.document, case.state
    if state is None:
        missed = earning.missed(case.sums.line_eligible_amounts, "no_member")
        return Earned(missed, (), 0, ())
    state.ledger.settle(at)
    source = Document("ORDER", case.order_id, f"order:{case.order_id}", document.occurred_at)
    spent, refused = payments.spend(case, state, source, terms, at)
    award = _judge(case, terms)
    lots = _lots(case, award, terms, at)
    if terms.validity_slides and (lots or spent):
        lives.slide(state.ledger, calendar.expiry(at, terms.validity, terms.zone), at)
    # An order that comes very late may bring points that have lapsed already.
    state.ledger.settle(at)
    return Earned(award, lots, spent, refused)


def _judge(case: Case, terms: Terms) -> Award:
    """The award within caps and budgets; what it used counts for the next order of the batch."""
    assert case.state is not None
    selection = terms.rules.at(case.document.occurred_at)
    if case.settled is not None and case.settled.multipliers:
        selection = selection.with_multipliers(case.settled.multipliers)
    amounts = case.sums.line_eligible_amounts
    if selection.plain is not None and sum(amounts) > 0:
        level = terms.level(case.state.tier_id)
        return earning.plain(amounts, selection.plain, level.code, level.coefficient_percent)
    facts = cases.facts(case, terms)
    member_id, day = case.state.member_id, rule_inputs.day_of(case.document.occurred_at, terms)
    uses, purse = case.inputs.uses, case.inputs.purse
    limits = Limits(uses.used(member_id, selection.capped_codes, day))
    award = budgets.within(
        lambda within: earning.award(selection, facts, within), limits, purse, case.order_id
    )
    for use in award.uses:
        uses.add(member_id, use.code, day, use.points)
    return award


def life(own: Life | None, earned_at: datetime, terms: Terms) -> calendar.Life:
    """When points with a rule's own life, or the programme's, become usable and lapse."""
    if own is None or own.pending_days is None:
        pending_days, pending_until = terms.pending_days, terms.pending_until
    else:
        pending_days, pending_until = own.pending_days, "DAYS"
    validity = own.validity if own and own.validity else terms.validity
    return calendar.life(
        earned_at, validity, terms.zone, pending_days=pending_days, pending_until=pending_until
    )


def _lots(case: Case, award: Award, terms: Terms, at: datetime) -> tuple[Lot, ...]:
    """A lot for each life. The first bears the order's key, others their number."""
    assert case.state is not None
    # A till's clock may be ahead of ours: its points are usable now all the same.
    earned_at = min(case.document.occurred_at, at)
    made = []
    for number, share in enumerate(award.lots):
        key = f"order:{case.order_id}" + (f":{number + 1}" if number else "")
        own = life(share.life, earned_at, terms)
        lot = case.state.ledger.earn(
            share.points,
            document=Document("ORDER", case.order_id, key, case.document.occurred_at),
            reason="purchase",
            activates_at=own.activates_at,
            expires_at=own.expires_at,
            at=at,
            order_id=case.order_id,
            is_sliding=terms.validity_slides and (share.life is None or not share.life.validity),
        )
        assert lot is not None
        made.append(lot)
    return tuple(made)
