"""Addresses of this app under `/api/v1/`."""

from django.urls import URLPattern, path

from loyalty.api import accounts, behaviors, completions, orders, points, refunds, tiers

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
]
