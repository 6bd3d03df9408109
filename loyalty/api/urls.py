"""Addresses of this app under `/api/v1/`."""

from django.urls import URLPattern, path

from loyalty.api import (
    accounts,
    behaviors,
    benefits,
    challenges,
    completions,
    coupon_types,
    coupons,
    member_coupons,
    member_redemptions,
    orders,
    points,
    redemptions,
    referrals,
    refunds,
    rewards,
    tiers,
)

urlpatterns: list[URLPattern] = [
    path("orders", orders.OrdersView.as_view(), name="orders"),
    path("orders/batch", orders.OrderBatchView.as_view(), name="order-batch"),
    path("orders/<uuid:uid>", orders.OrderView.as_view(), name="order"),
    path("orders/<uuid:uid>/refunds", refunds.RefundsView.as_view(), name="order-refunds"),
    path(
        "orders/<uuid:uid>/refunds/preview",
        refunds.RefundPreviewView.as_view(),
        name="order-refund-preview",
    ),
    path(
        "orders/<uuid:uid>/completion",
        completions.CompletionView.as_view(),
        name="order-completion",
    ),
    path("refunds", refunds.RefundsByNumberView.as_view(), name="refunds"),
    path("refunds/preview", refunds.RefundPreviewByNumberView.as_view(), name="refund-preview"),
    path("points/holds", points.HoldsView.as_view(), name="holds"),
    path("points/holds/<uuid:uid>/capture", points.HoldCaptureView.as_view(), name="hold-capture"),
    path("points/holds/<uuid:uid>/release", points.HoldReleaseView.as_view(), name="hold-release"),
    path("points/transfers", points.TransfersView.as_view(), name="transfers"),
    path(
        "coupons/<str:code>/validate",
        coupons.CouponValidateView.as_view(),
        name="coupon-validate",
    ),
    path("coupons/<str:code>/lock", coupons.CouponLockView.as_view(), name="coupon-lock"),
    path("coupons/<str:code>/release", coupons.CouponReleaseView.as_view(), name="coupon-release"),
    path("coupons/<str:code>/redeem", coupons.CouponRedeemView.as_view(), name="coupon-redeem"),
    path("coupons/<str:code>/claim", coupons.CouponClaimView.as_view(), name="coupon-claim"),
    path(
        "coupons/<str:code>/transfer",
        coupons.CouponTransferView.as_view(),
        name="coupon-transfer",
    ),
    path("coupon-types", coupon_types.CouponTypesView.as_view(), name="coupon-types"),
    path(
        "coupon-types/<uuid:uid>/claim",
        coupon_types.CouponTypeClaimView.as_view(),
        name="coupon-type-claim",
    ),
    path(
        "members/<uuid:uid>/coupons",
        member_coupons.MemberCouponsView.as_view(),
        name="member-coupons",
    ),
    path("benefits", benefits.BenefitsView.as_view(), name="benefits"),
    path(
        "members/<uuid:uid>/benefits",
        benefits.MemberBenefitsView.as_view(),
        name="member-benefits",
    ),
    path(
        "members/<uuid:uid>/benefits/<slug:benefit>/use",
        benefits.BenefitUseView.as_view(),
        name="member-benefit-use",
    ),
    path(
        "members/<uuid:uid>/benefits/<slug:benefit>/void",
        benefits.BenefitVoidView.as_view(),
        name="member-benefit-void",
    ),
    path(
        "members/<uuid:uid>/benefits/<slug:benefit>/claim",
        benefits.BenefitClaimView.as_view(),
        name="member-benefit-claim",
    ),
    path(
        "members/<uuid:uid>/benefits/<slug:benefit>/rate",
        benefits.BenefitRateView.as_view(),
        name="member-benefit-rate",
    ),
    path("rewards", rewards.RewardsView.as_view(), name="rewards"),
    path(
        "rewards/<uuid:uid>/redemptions",
        redemptions.RedemptionsView.as_view(),
        name="reward-redemptions",
    ),
    path(
        "redemptions/fulfil",
        redemptions.FulfilByCodeView.as_view(),
        name="redemption-fulfil-by-code",
    ),
    path("redemptions/<uuid:uid>", redemptions.RedemptionView.as_view(), name="redemption"),
    path("redemptions/<uuid:uid>/pay", redemptions.PayView.as_view(), name="redemption-pay"),
    path(
        "redemptions/<uuid:uid>/cancel", redemptions.CancelView.as_view(), name="redemption-cancel"
    ),
    path(
        "redemptions/<uuid:uid>/fulfil", redemptions.FulfilView.as_view(), name="redemption-fulfil"
    ),
    path("members/<uuid:uid>/rewards", rewards.MemberRewardsView.as_view(), name="member-rewards"),
    path(
        "members/<uuid:uid>/redemptions",
        member_redemptions.MemberRedemptionsView.as_view(),
        name="member-redemptions",
    ),
    path("members/<uuid:uid>/account", accounts.AccountView.as_view(), name="member-account"),
    path(
        "members/<uuid:uid>/tier-purchases",
        tiers.TierPurchasesView.as_view(),
        name="member-tier-purchases",
    ),
    path("members/<uuid:uid>/ledger", accounts.LedgerView.as_view(), name="member-ledger"),
    path("members/<uuid:uid>/check-ins", behaviors.CheckInsView.as_view(), name="member-check-ins"),
    path(
        "members/<uuid:uid>/behaviors", behaviors.BehaviorsView.as_view(), name="member-behaviors"
    ),
    path(
        "members/<uuid:uid>/challenges",
        challenges.MemberChallengesView.as_view(),
        name="member-challenges",
    ),
    path(
        "members/<uuid:uid>/challenges/<uuid:challenge>/join",
        challenges.MemberChallengeJoinView.as_view(),
        name="member-challenge-join",
    ),
    path("me/challenges", challenges.OwnChallengesView.as_view(), name="me-challenges"),
    path(
        "me/challenges/<uuid:uid>/join",
        challenges.OwnChallengeJoinView.as_view(),
        name="me-challenge-join",
    ),
    path("members/<uuid:uid>/referral", referrals.ReferralView.as_view(), name="member-referral"),
    path(
        "members/<uuid:uid>/referral/invitations",
        referrals.InvitationsView.as_view(),
        name="member-referral-invitations",
    ),
    path("me/referral", referrals.OwnReferralView.as_view(), name="me-referral"),
    path(
        "me/referral/invitations",
        referrals.OwnInvitationsView.as_view(),
        name="me-referral-invitations",
    ),
    path("me/account", accounts.OwnAccountView.as_view(), name="me-account"),
    path("me/ledger", accounts.OwnLedgerView.as_view(), name="me-ledger"),
    path("me/benefits", benefits.OwnBenefitsView.as_view(), name="me-benefits"),
    path(
        "me/benefits/<slug:benefit>/claim",
        benefits.OwnBenefitClaimView.as_view(),
        name="me-benefit-claim",
    ),
    path(
        "me/benefits/<slug:benefit>/rate",
        benefits.OwnBenefitRateView.as_view(),
        name="me-benefit-rate",
    ),
    path("me/coupons", member_coupons.OwnCouponsView.as_view(), name="me-coupons"),
    path("me/rewards", rewards.OwnRewardsView.as_view(), name="me-rewards"),
    path(
        "me/rewards/<uuid:uid>/redemptions",
        member_redemptions.OwnRequestView.as_view(),
        name="me-reward-redemptions",
    ),
    path("me/redemptions", member_redemptions.OwnRedemptionsView.as_view(), name="me-redemptions"),
    path(
        "me/redemptions/<uuid:uid>",
        member_redemptions.OwnRedemptionView.as_view(),
        name="me-redemption",
    ),
    path(
        "me/redemptions/<uuid:uid>/cancel",
        member_redemptions.OwnCancelView.as_view(),
        name="me-redemption-cancel",
    ),
    path("me/check-ins", behaviors.OwnCheckInsView.as_view(), name="me-check-ins"),
]
