"""What this app adds to the registries below it; called by `apps.ready`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from loyalty.admin import (
    benefit_requests,
    challenge_sentences,
    referral_sentences,
    requests,
)
from loyalty.selectors import birthdays, products
from loyalty.services import (
    adjustment_limits,
    benefit_merges,
    benefit_nights,
    benefit_notices,
    benefit_privacy,
    benefits,
    challenge_merges,
    challenge_privacy,
    challenges,
    coupon_batches,
    coupon_merges,
    coupon_nights,
    coupon_types,
    earning_rules,
    erasures,
    merge_undos,
    merges,
    night,
    operation_previews,
    operation_runs,
    operation_undos,
    operations,
    points,
    privacy_sections,
    prize_merges,
    redemption_erasures,
    redemption_merges,
    redemption_nights,
    referral_codes,
    referral_merges,
    referral_privacy,
    referral_programs,
    referral_settling,
    referrals,
    replays,
    rewards,
    tier_nights,
    tier_requests,
    tier_windows,
)
from members.registry import behavior_events, changes, introductions, panels, privacy
from members.registry import birthdays as birthday_policy


def register() -> None:
    """Called by `apps.ready`."""
    _add_executors()
    # What is open is canceled before the account is closed.
    privacy.add_erasure_step(
        privacy.ErasureStep("loyalty.redemptions", 190, redemption_erasures.erase)
    )
    privacy.add_erasure_step(privacy.ErasureStep("loyalty.members", 200, erasures.erase))
    privacy_sections.register()
    challenge_privacy.register()
    benefit_privacy.register()
    referral_privacy.register()
    introductions.set_keeper(find=referral_codes.find, keep=referrals.introduced)
    _track_changes()
    birthday_policy.set_policy(birthdays.policy)
    behavior_events.add_names(app="loyalty", names=products.names)
    panels.add_job_kind(operations.PREVIEW, operation_previews.run)
    panels.add_job_kind(operations.RUN, operation_runs.run)
    panels.add_job_kind(operations.UNDO, operation_undos.run)
    panels.add_job_kind(replays.KIND, replays.run)
    panels.add_job_kind(coupon_batches.MAKE, coupon_batches.make)
    panels.add_job_kind(coupon_batches.VOID, coupon_batches.make_void)
    panels.add_job_kind(tier_windows.KIND, tier_windows.run)
    _add_merge_steps()
    _add_night_steps()


def _add_merge_steps() -> None:
    """What each noun moves when two cards become one, in this order."""
    panels.add_merge_step(
        merge_undos.STEP,
        10,
        merges.move,
        undo=merge_undos.give_back,
        obstacle=merge_undos.obstacle,
    )
    panels.add_merge_step(
        "loyalty.coupons",
        20,
        coupon_merges.move,
        undo=coupon_merges.give_back,
        obstacle=coupon_merges.obstacle,
    )
    panels.add_merge_step(
        benefit_merges.STEP,
        21,
        benefit_merges.move,
        undo=benefit_merges.give_back,
        obstacle=benefit_merges.obstacle,
    )
    panels.add_merge_step("loyalty.prizes", 22, prize_merges.move, undo=prize_merges.give_back)
    panels.add_merge_step(
        "loyalty.referrals",
        23,
        referral_merges.move,
        undo=referral_merges.give_back,
        obstacle=referral_merges.obstacle,
    )
    panels.add_merge_step(
        "loyalty.challenges", 24, challenge_merges.move, undo=challenge_merges.give_back
    )
    panels.add_merge_step(
        "loyalty.redemptions",
        26,
        redemption_merges.move,
        undo=redemption_merges.give_back,
    )


def _add_night_steps() -> None:
    panels.add_night_step(panels.NightStep("loyalty.settle_lots", 10, _settle))
    panels.add_night_step(panels.NightStep("loyalty.tiers", 20, _review_tiers))
    panels.add_night_step(panels.NightStep("loyalty.coupons", 40, _settle_coupons))
    panels.add_night_step(panels.NightStep("loyalty.benefits", 50, _renew_benefits))
    panels.add_night_step(panels.NightStep("loyalty.redemptions", 45, _settle_redemptions))
    panels.add_night_step(panels.NightStep("loyalty.referrals", 48, _settle_referrals))
    panels.add_night_step(panels.NightStep("loyalty.remind", 60, _remind))
    panels.add_night_step(panels.NightStep("loyalty.remind_benefits", 62, _remind_benefits))


def _track_changes() -> None:
    """As in `migrations/sql/tracked.sql`."""
    changes.track(
        "loyalty_adjustmentlimit",
        "loyalty_badge",
        "loyalty_behaviorrule",
        "loyalty_benefit",
        "loyalty_benefitweight",
        "loyalty_challenge",
        "loyalty_coupontype",
        "loyalty_earningrule",
        "loyalty_product",
        "loyalty_program",
        "loyalty_referralprogram",
        "loyalty_reward",
        "loyalty_stackinggroup",
        "loyalty_tier",
    )
    changes.track_part("loyalty_benefitrule", of="loyalty_benefit", title=_("Who has a benefit"))
    changes.track_part(
        "loyalty_benefit_stores", of="loyalty_benefit", title=_("Stores of a benefit")
    )
    changes.track_part(
        "loyalty_coupontype_stores", of="loyalty_coupontype", title=_("Stores of a coupon type")
    )
    changes.track_part(
        "loyalty_referralprize", of="loyalty_referralprogram", title=_("Prizes of recommending")
    )
    changes.track_part(
        "loyalty_referralboost", of="loyalty_referralprogram", title=_("Boosts of recommending")
    )
    changes.track_part("loyalty_reward_stores", of="loyalty_reward", title=_("Stores of a reward"))
    changes.track_part("loyalty_rewardtier", of="loyalty_reward", title=_("Tiers of a reward"))
    changes.track_part(
        "loyalty_challengeprize", of="loyalty_challenge", title=_("Prizes of a challenge")
    )
    changes.track_part(
        "loyalty_earningrule_stores", of="loyalty_earningrule", title=_("Stores of an earning rule")
    )


def _add_executors() -> None:
    """What a second person approves: the service says what it does, the page how it is told."""
    for service, label, tell in (
        (points, _("Adjust points"), requests.adjustment),
        (adjustment_limits, _("Higher limit of adjustments"), requests.limit),
        (tier_requests, _("Tier by hand"), requests.tier),
        (earning_rules, _("Publish an earning rule"), requests.publishing),
        (coupon_types, _("Let a coupon type live"), requests.coupon_type),
        (challenges, _("Let a challenge live"), challenge_sentences.request),
        (benefits, _("Let a benefit live"), benefit_requests.benefit),
        (rewards, _("Put a reward into the catalogue"), requests.reward),
        (
            referral_programs,
            _("Let a referral programme live"),
            referral_sentences.request,
        ),
        (operations, _("Points for many members"), requests.operation),
    ):
        approved: Any = service
        panels.add_executor(
            panels.Executor(
                action=approved.ACTION,
                label=label,
                run=approved.run_approved,
                version=approved.version_of_target,
                tell=tell,
            )
        )


def _settle(at: datetime) -> Iterable[int]:
    return night.settle_lots(at=at)


def _review_tiers(at: datetime) -> Iterable[int]:
    return tier_nights.review(at=at)


def _settle_redemptions(at: datetime) -> Iterable[int]:
    return redemption_nights.settle(at=at)


def _settle_coupons(at: datetime) -> Iterable[int]:
    return coupon_nights.settle(at=at)


def _remind(at: datetime) -> Iterable[int]:
    return night.remind(at=at)


def _renew_benefits(at: datetime) -> Iterable[int]:
    return benefit_nights.renew(at=at)


def _remind_benefits(at: datetime) -> Iterable[int]:
    return benefit_notices.remind(at=at)


def _settle_referrals(at: datetime) -> Iterable[int]:
    return referral_settling.settle_due(at=at)
