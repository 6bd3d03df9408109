"""Every table that names a member says what a merge does to its rows."""

from django.apps import apps
from django.db.models import Model

from members.models import Member
from members.registry import panels

OURS = ("members", "loyalty", "analytics", "campaigns")

# By table and column: the step that moves its rows.
MOVED = {
    "loyalty.account.member": "loyalty.accounts",
    "loyalty.lot.member": "loyalty.accounts",
    "loyalty.hold.member": "loyalty.accounts",
    "loyalty.order.member": "loyalty.accounts",
    "loyalty.refund.member": "loyalty.accounts",
    "loyalty.ruleuse.member_id": "loyalty.accounts",
    "loyalty.coupon.member": "loyalty.coupons",
    "loyalty.redemption.member": "loyalty.redemptions",
    "loyalty.benefitgrant.member": "loyalty.benefits",
    "loyalty.benefitholder.member": "loyalty.benefits",
    "loyalty.benefitperiod.member": "loyalty.benefits",
    "loyalty.benefituse.member": "loyalty.benefits",
    "loyalty.prizegrant.member": "loyalty.prizes",
    "loyalty.challengeaward.member": "loyalty.challenges",
    "loyalty.challengeprogress.member": "loyalty.challenges",
    "loyalty.challengestep.member": "loyalty.challenges",
    "loyalty.memberbadge.member": "loyalty.challenges",
    "loyalty.referral.referrer": "loyalty.referrals",
    "loyalty.referral.friend": "loyalty.referrals",
    "loyalty.referralstep.member": "loyalty.referrals",
    "campaigns.clerktask.member": "campaigns.journeys",
    "campaigns.contactcredit.member": "campaigns.journeys",
    "campaigns.enrollment.member": "campaigns.journeys",
    "campaigns.quotelock.member_id": "campaigns.quotes",
    "campaigns.offeruse.member_id": "campaigns.quotes",
    "campaigns.orderquote.member_id": "campaigns.quotes",
    "analytics.memberday.member": "analytics.member_days",
    "analytics.segmentmember.member": "analytics.segments",
    "analytics.segmentoverride.member": "analytics.segments",
    # Marked by the step, and computed anew for both within a minute.
    "analytics.purchaseday.member": "analytics.member_days",
    "analytics.membermonth.member": "analytics.member_days",
    "analytics.membermetrics.member": "analytics.member_days",
    "analytics.stalemember.member": "analytics.member_days",
    "analytics.memberscore.member": "analytics.member_scores",
    "members.identity.member": "members.identities",
    "members.membertag.member": "members.tags",
    "members.consent.member": "members.consents",
    "members.membernote.member": "members.notes",
    "members.servicecase.member": "members.service_cases",
    "members.appointment.member": "members.appointments",
    "members.behaviorevent.member": "members.behavior_events",
    "members.communitymembership.member": "members.communities",
    "members.communitymembership.invited_by": "members.communities",
    "members.membersession.member": "members.sessions",
    "members.guardianconsent.member": "members.guardians",
    "members.duplicatecandidate.first": "members.duplicates",
    "members.duplicatecandidate.second": "members.duplicates",
    "members.member.merged_into": "members.cards",
    "members.member.referrer": "members.cards",
}
_APPEND_ONLY = "append-only: it stays, and is read through the merged ids"
# By table and column: why its rows stay where they are.
STAYS = {
    "loyalty.ledgerentry.member": _APPEND_ONLY,
    "loyalty.lotmovement.member_id": _APPEND_ONLY,
    "loyalty.lotextension.member_id": _APPEND_ONLY,
    "loyalty.behavioraward.member_id": _APPEND_ONLY,
    "loyalty.tierchange.member": _APPEND_ONLY,
    "loyalty.transfer.from_member": _APPEND_ONLY,
    "loyalty.transfer.to_member": _APPEND_ONLY,
    "loyalty.couponmove.member_id": "the history of a coupon, read by the coupon",
    "loyalty.benefitnotice.member_id": "who was told of what; the survivor is told anew",
    "loyalty.lapsenotice.member_id": "who was told in a month; the survivor is told anew",
    "loyalty.operationrow.member_id": "whom an operation named; it follows the pointer itself",
    "loyalty.referralcode.member": "both codes lead to the survivor",
    "loyalty.referralinvitation.member": "counted without names, read through the merged ids",
    "loyalty.referraltrace.member": "compared through the merged ids",
    "campaigns.delivery.member": "sealed with the key of whom it was sent to",
    "analytics.classchange.member": "which classes a card was in; the survivor's are computed anew",
    "analytics.segmentmove.member": "who came and left with a build, as it was",
    "analytics.segmenthit.member": "of builds at work, which leave the retired card out",
    "members.event.member": _APPEND_ONLY,
    "members.auditrecord.member": _APPEND_ONLY,
    "members.casemessage.member": "read by its case, which moves",
    "members.surveyresponse.member": _APPEND_ONLY,
    "members.disclosure.member": _APPEND_ONLY,
    "members.erasure.member_id": _APPEND_ONLY,
    "members.memberkey.member": "each card's key opens what was sealed with it",
    "members.measure.member": "computed anew for the survivor",
    "members.membermerge.survivor": "it is what happened",
    "members.membermerge.retired": "it is what happened",
    "members.legalhold.member": "asked for through all cards of the person",
    "members.privacyrequest.member": "answered for the survivor and all cards of theirs",
    "members.privacyfile.member": "sealed with the key of whom it was made for",
    "members.approvalrequest.member": "what was asked of the card; it is stale then",
    "members.idempotencykey.member": "sealed answers, kept 7 days",
    "members.submission.member": "a form that was sent; kept briefly",
}


def _columns(model: type[Model]) -> set[str]:
    return {
        f"{model._meta.label_lower}.{field.name}"
        for field in model._meta.concrete_fields
        if field.related_model is Member or field.attname == "member_id"
    }


def test_every_column_that_names_a_member_is_moved_or_says_why_not():
    models = [one for one in apps.get_models() if one._meta.app_label in OURS]
    found = set().union(*(_columns(model) for model in models))
    assert found == {*MOVED, *STAYS}
    assert not MOVED.keys() & STAYS.keys()


def test_every_step_that_moves_rows_is_there_and_can_be_taken_back():
    steps = {step.code: step for step in panels.merge_steps()}
    assert set(MOVED.values()) <= steps.keys()
    assert [code for code, step in steps.items() if step.undo is None] == []
