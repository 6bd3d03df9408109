"""The sidebar's first half: what the shop does each day, its programme, offers and coupons."""

from django.utils.translation import gettext_lazy as _

from config.console import badges
from config.console.places import Group, Place

GROUPS: tuple[Group, ...] = (
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
                _("Possible duplicates"),
                "join",
                "admin:members_duplicatecandidate_changelist",
                "members.view_duplicatecandidate",
                query="state__exact=OPEN",
                hint=_("Two cards that may be one person"),
            ),
            Place(
                _("Merges"),
                "merge",
                "admin:members_membermerge_changelist",
                "members.view_membermerge",
            ),
            Place(
                _("Service cases"),
                "support_agent",
                "admin:members_servicecase_changelist",
                "members.view_servicecase",
                badges.overdue_cases,
                "box=ongoing",
                hint=_("What members asked, and who waits for an answer"),
            ),
            Place(
                _("Appointments"),
                "event",
                "admin:members_appointment_day",
                "members.view_appointment",
                hint=_("Who comes today"),
            ),
            Place(
                _("Tasks"),
                "assignment_ind",
                "admin:campaigns_clerktask_changelist",
                "campaigns.view_clerktask",
                badges.due_tasks,
                hint=_("Whom campaigns ask the store to call or greet"),
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
                _("Behaviors that earn"),
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
                _("Benefits"),
                "workspace_premium",
                "admin:loyalty_benefit_changelist",
                "loyalty.view_benefit",
                hint=_("What membership brings, to whom and how often"),
            ),
            Place(
                _("Uses of benefits"),
                "receipt_long",
                "admin:loyalty_benefituse_changelist",
                "loyalty.view_benefituse",
            ),
            Place(
                _("Order of benefits"),
                "sort",
                "admin:loyalty_benefitweight_changelist",
                "loyalty.view_benefitweight",
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
                _("Challenges"),
                "emoji_events",
                "admin:loyalty_challenge_changelist",
                "loyalty.view_challenge",
                hint=_("What is to be reached, and what it brings"),
            ),
            Place(
                _("Progress in challenges"),
                "trending_up",
                "admin:loyalty_challengeprogress_changelist",
                "loyalty.view_challengeprogress",
            ),
            Place(
                _("Badges"),
                "military_tech",
                "admin:loyalty_badge_changelist",
                "loyalty.view_badge",
            ),
            Place(
                _("Referral programmes"),
                "group_add",
                "admin:loyalty_referralprogram_changelist",
                "loyalty.view_referralprogram",
                hint=_("What recommending brings"),
            ),
            Place(
                _("Referrals"),
                "diversity_3",
                "admin:loyalty_referral_changelist",
                "loyalty.view_referral",
                hint=_("Who recommended whom, and what to look at"),
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
        _("Rewards"),
        (
            Place(
                _("Rewards catalogue"),
                "featured_seasonal_and_gifts",
                "admin:loyalty_reward_changelist",
                "loyalty.view_reward",
                hint=_("What points are exchanged for"),
            ),
            Place(
                _("Redemptions"),
                "shopping_bag",
                "admin:loyalty_redemption_changelist",
                "loyalty.view_redemption",
            ),
            Place(
                _("To be laid out"),
                "checklist",
                "admin:loyalty_redemption_pick_list",
                "loyalty.view_redemption",
                hint=_("Rewards that members pick up in a store"),
            ),
        ),
    ),
)
