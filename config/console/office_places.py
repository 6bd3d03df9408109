"""The sidebar's second half: marketing, background work, privacy and settings."""

from django.utils.translation import gettext_lazy as _

from config.console import badges
from config.console.places import Group, Place

GROUPS: tuple[Group, ...] = (
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
                _("Calendar of campaigns"),
                "calendar_month",
                "admin:campaigns_campaign_calendar",
                "campaigns.view_campaign",
            ),
            Place(
                _("Message templates"),
                "edit_note",
                "admin:campaigns_messagetemplate_changelist",
                "campaigns.view_messagetemplate",
            ),
            Place(
                _("Contact policy"),
                "do_not_disturb_on",
                "admin:campaigns_contactpolicy_changelist",
                "campaigns.view_contactpolicy",
                hint=_("Quiet hours, hold-out, and what messages cost"),
            ),
            Place(
                _("Frequency caps"),
                "speed",
                "admin:campaigns_frequencycap_changelist",
                "campaigns.view_frequencycap",
                hint=_("How often members are written to at most"),
            ),
            Place(
                _("Messages"),
                "forward_to_inbox",
                "admin:campaigns_delivery_changelist",
                "campaigns.view_delivery",
            ),
            Place(
                _("Suppressed addresses"),
                "block",
                "admin:campaigns_suppression_changelist",
                "campaigns.view_suppression",
                hint=_("They came back for good, complained, or were put here by hand"),
            ),
            Place(
                _("Addresses of other systems"),
                "webhook",
                "admin:campaigns_webhookendpoint_changelist",
                "campaigns.view_webhookendpoint",
            ),
            Place(
                _("Calls of other systems"),
                "sync_alt",
                "admin:campaigns_stepcall_changelist",
                "campaigns.view_stepcall",
                badges.dead_calls,
            ),
            Place(
                _("Behavior"),
                "ads_click",
                "admin:members_behaviorevent_changelist",
                "members.view_behaviorevent",
            ),
            Place(
                _("Surveys"),
                "reviews",
                "admin:members_survey_changelist",
                "members.view_survey",
            ),
            Place(
                _("Communities"),
                "diversity_3",
                "admin:members_community_changelist",
                "members.view_community",
            ),
            Place(
                _("Segments"),
                "groups_2",
                "admin:analytics_segment_changelist",
                "analytics.view_segment",
                hint=_("Groups of members, by a condition or by hand"),
            ),
            Place(_("Tags"), "sell", "admin:members_tag_changelist", "members.view_tag"),
            Place(
                _("Rules of tags"),
                "new_label",
                "admin:members_tagrule_changelist",
                "members.view_tagrule",
            ),
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
                _("Privacy requests"),
                "shield_person",
                "admin:members_privacyrequest_changelist",
                "members.view_privacyrequest",
                badges.open_privacy_requests,
                hint=_("What members ask by right, and by when"),
            ),
            Place(
                _("Clocks of requests"),
                "hourglass_top",
                "admin:members_privacyclock_changelist",
                "members.view_privacyclock",
            ),
            Place(
                _("Holidays"),
                "event",
                "admin:members_holiday_changelist",
                "members.view_holiday",
            ),
            Place(
                _("Breaches"),
                "gpp_maybe",
                "admin:members_breach_changelist",
                "members.view_breach",
                badges.open_duties,
                hint=_("What must be reported, and by when"),
            ),
            Place(
                _("Clocks of breaches"),
                "timer",
                "admin:members_breachclock_changelist",
                "members.view_breachclock",
            ),
            Place(
                _("Purposes"),
                "fact_check",
                "admin:members_processingpurpose_changelist",
                "members.view_processingpurpose",
            ),
            Place(
                _("Policy texts"),
                "gavel",
                "admin:members_policydocument_changelist",
                "members.view_policydocument",
            ),
            Place(
                _("Recipients"),
                "share",
                "admin:members_recipient_changelist",
                "members.view_recipient",
            ),
            Place(
                _("Sharing register"),
                "outgoing_mail",
                "admin:members_disclosure_changelist",
                "members.view_disclosure",
            ),
            Place(
                _("Retention"),
                "auto_delete",
                "admin:members_retentionrule_changelist",
                "members.view_retentionrule",
            ),
            Place(
                _("Legal holds"),
                "lock_clock",
                "admin:members_legalhold_changelist",
                "members.view_legalhold",
            ),
            Place(
                _("Parents of minors"),
                "family_restroom",
                "admin:members_guardianconsent_changelist",
                "members.view_guardianconsent",
            ),
            Place(
                _("Inventory of data"),
                "inventory_2",
                "admin:members_processingpurpose_inventory",
                "members.view_processingpurpose",
            ),
            Place(
                _("Audit trail"),
                "policy",
                "admin:members_auditrecord_changelist",
                "members.view_auditrecord",
                hint=_("Who did or saw what, and why"),
            ),
            Place(
                _("Changes"),
                "difference",
                "admin:members_changerecord_changelist",
                "members.view_changerecord",
                hint=_("Settings and accounts: before, after, by whom"),
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
            Place(
                _("Service topics"),
                "topic",
                "admin:members_servicetopic_changelist",
                "members.view_servicetopic",
            ),
            Place(_("Channels"), "hub", "admin:members_channel_changelist", "members.view_channel"),
            Place(
                _("Kinds of appointments"),
                "edit_calendar",
                "admin:members_appointmentkind_changelist",
                "members.view_appointmentkind",
            ),
            Place(_("Operators"), "badge", "admin:members_user_changelist", "members.view_user"),
            Place(
                _("Log-in rules"),
                "passkey",
                "admin:members_accesspolicy_changelist",
                "members.view_accesspolicy",
            ),
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
                _("How duplicates are found"),
                "join_inner",
                "admin:members_duplicatepolicy_changelist",
                "members.view_duplicatepolicy",
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
