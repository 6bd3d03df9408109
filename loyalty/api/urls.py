"""Addresses of this app under `/api/v1/`."""

from django.urls import URLPattern, path

from loyalty.api import accounts, behaviors, orders, refunds, tiers

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
