"""The sidebar: by task, not by table. Every item names the permission that shows it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.console import badges


@dataclass(frozen=True)
class Place:
    """A page of the sidebar. `badge` counts what waits there for this operator; a page with a
    `hint` stands on the home page of those who see no figures there."""

    title: Any
    icon: str
    url_name: str
    permission: str = ""
    badge: Callable[[HttpRequest], int] | None = None
    query: str = ""
    hint: Any = ""

    @property
    def link(self) -> str:
        url = reverse(self.url_name)
        return f"{url}?{self.query}" if self.query else url

    def is_open_to(self, request: HttpRequest) -> bool:
        return not self.permission or request.user.has_perm(self.permission)


@dataclass(frozen=True)
class Group:
    title: Any
    places: tuple[Place, ...]
    is_collapsible: bool = False


GROUPS = (
    Group(
        _("Every day"),
        (
            Place(_("Home"), "home", "admin:index"),
            Place(
                _("Counter"),
                "barcode_scanner",
                "admin:members_counter",
                "members.view_member",
                hint=_("Scan, look up, enroll"),
            ),
            Place(
                _("Members"),
                "group",
                "admin:members_member_changelist",
                "members.view_member",
                hint=_("Points, tier, purchases and messages of a member"),
            ),
            Place(
                _("Approvals"),
                "approval",
                "admin:members_approvalrequest_changelist",
                "members.view_approvalrequest",
                badges.waiting_approvals,
                "status__exact=PENDING",
            ),
        ),
    ),
    Group(
        _("Orders and points"),
        (
            Place(
                _("Orders"),
                "receipt_long",
                "admin:loyalty_order_changelist",
                "loyalty.view_order",
                hint=_("What was bought, and what it earned"),
            ),
            Place(
                _("Refunds"),
                "assignment_return",
                "admin:loyalty_refund_changelist",
                "loyalty.view_refund",
                hint=_("What came back, in money and points"),
            ),
            Place(
                _("Points ledger"),
                "account_balance_wallet",
                "admin:loyalty_ledgerentry_changelist",
                "loyalty.view_ledgerentry",
            ),
            Place(
                _("Points by lot"),
                "hourglass_top",
                "admin:loyalty_lot_changelist",
                "loyalty.view_lot",
            ),
            Place(
                _("Held points"),
                "pause_circle",
                "admin:loyalty_hold_changelist",
                "loyalty.view_hold",
            ),
            Place(
                _("Transfers"),
                "swap_horiz",
                "admin:loyalty_transfer_changelist",
                "loyalty.view_transfer",
            ),
            Place(
                _("Points for many"),
                "groups",
                "admin:loyalty_operation_changelist",
                "loyalty.view_operation",
            ),
        ),
    ),
    Group(
        _("Programme"),
        (
            Place(
                _("Programme"),
                "loyalty",
                "admin:loyalty_program_changelist",
                "loyalty.view_program",
            ),
            Place(
                _("Tiers"), "military_tech", "admin:loyalty_tier_changelist", "loyalty.view_tier"
            ),
            Place(
                _("Earning rules"),
                "rule",
                "admin:loyalty_earningrule_changelist",
                "loyalty.view_earningrule",
            ),
            Place(
                _("Stacking groups"),
                "stacks",
                "admin:loyalty_stackinggroup_changelist",
                "loyalty.view_stackinggroup",
            ),
            Place(
                _("Behaviors"),
                "celebration",
                "admin:loyalty_behaviorrule_changelist",
                "loyalty.view_behaviorrule",
            ),
            Place(
                _("Products"),
                "inventory_2",
                "admin:loyalty_product_changelist",
                "loyalty.view_product",
            ),
        ),
    ),
    Group(
        _("Offers and coupons"),
        (
            Place(
                _("Offers"),
                "local_offer",
                "admin:campaigns_offer_changelist",
                "campaigns.view_offer",
                hint=_("What lowers a cart now, and what will"),
            ),
            Place(
                _("Uses of offers"),
                "receipt",
                "admin:campaigns_offeruse_changelist",
                "campaigns.view_offeruse",
            ),
            Place(
                _("Coupon types"),
                "local_activity",
                "admin:loyalty_coupontype_changelist",
                "loyalty.view_coupontype",
                hint=_("What is running, and what it gives"),
            ),
            Place(
                _("Coupons"),
                "confirmation_number",
                "admin:loyalty_coupon_changelist",
                "loyalty.view_coupon",
            ),
            Place(
                _("Batches of codes"),
                "qr_code_2",
                "admin:loyalty_couponbatch_changelist",
                "loyalty.view_couponbatch",
            ),
            Place(
                _("Margin floors"),
                "price_check",
                "admin:campaigns_marginfloor_changelist",
                "campaigns.view_marginfloor",
            ),
        ),
    ),
    Group(
        _("Marketing"),
        (
            Place(
                _("Campaigns"),
                "campaign",
                "admin:campaigns_campaign_changelist",
                "campaigns.view_campaign",
            ),
            Place(
                _("Message templates"),
                "edit_note",
                "admin:campaigns_messagetemplate_changelist",
                "campaigns.view_messagetemplate",
            ),
            Place(
                _("Messages"),
                "forward_to_inbox",
                "admin:campaigns_delivery_changelist",
                "campaigns.view_delivery",
            ),
            Place(_("Tags"), "sell", "admin:members_tag_changelist", "members.view_tag"),
        ),
    ),
    Group(
        _("Background work"),
        (
            Place(
                _("Jobs"),
                "pending_actions",
                "admin:members_job_changelist",
                "members.view_job",
                badges.running_jobs,
            ),
            Place(
                _("Dispatches"),
                "outbox",
                "admin:members_dispatch_changelist",
                "members.view_dispatch",
                badges.dead_dispatches,
            ),
            Place(_("Events"), "history", "admin:members_event_changelist", "members.view_event"),
        ),
        is_collapsible=True,
    ),
    Group(
        _("Privacy and audit"),
        (
            Place(
                _("Consents"),
                "privacy_tip",
                "admin:members_consent_changelist",
                "members.view_consent",
                hint=_("Who allowed what, and when"),
            ),
            Place(
                _("Audit trail"),
                "policy",
                "admin:members_auditrecord_changelist",
                "members.view_auditrecord",
                hint=_("Who did or saw what, and why"),
            ),
        ),
        is_collapsible=True,
    ),
    Group(
        _("Settings"),
        (
            Place(
                _("Stores"), "storefront", "admin:members_store_changelist", "members.view_store"
            ),
            Place(_("Channels"), "hub", "admin:members_channel_changelist", "members.view_channel"),
            Place(_("Operators"), "badge", "admin:members_user_changelist", "members.view_user"),
            Place(
                _("Roles"), "admin_panel_settings", "admin:auth_group_changelist", "auth.view_group"
            ),
            Place(
                _("Limits of adjustments"),
                "speed",
                "admin:loyalty_adjustmentlimit_changelist",
                "loyalty.view_adjustmentlimit",
            ),
            Place(
                _("API clients"),
                "api",
                "admin:members_apiclient_changelist",
                "members.view_apiclient",
            ),
        ),
        is_collapsible=True,
    ),
)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's form of `GROUPS` for this operator."""
    return [
        {
            "title": group.title,
            "separator": position > 0,
            "collapsible": group.is_collapsible,
            "items": [_item(place, request) for place in group.places],
        }
        for position, group in enumerate(GROUPS)
    ]


def places_of(request: HttpRequest) -> Iterator[tuple[Group, Place, str]]:
    """(group, place, link) of every page that the operator may open."""
    for group in GROUPS:
        for place in group.places:
            if place.is_open_to(request):
                yield group, place, place.link


def _item(place: Place, request: HttpRequest) -> dict[str, Any]:
    item = {
        "title": place.title,
        "icon": place.icon,
        "link": place.link,
        "permission": place.is_open_to,
    }
    # Unfold prints the callback's path where a badge callback answers 0: so no badge at all then.
    count = place.badge(request) if place.badge and place.is_open_to(request) else 0
    if count:
        item["badge"] = str(count) if count < badges.MOST else f"{badges.MOST - 1}+"
        item["badge_variant"] = "danger" if place.badge is badges.dead_dispatches else "primary"
    return item
