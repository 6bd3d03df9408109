"""This app's tables whose changes the database records: as in `migrations/sql/tracked.sql`."""

from django.utils.translation import gettext_lazy as _

from members.registry import changes


def register() -> None:
    """Called by `apps.ready`."""
    changes.track(
        "auth_group",
        "members_accesspolicy",
        "members_apiclient",
        "members_appointmentkind",
        "members_breachclock",
        "members_channel",
        "members_community",
        "members_duplicatepolicy",
        "members_holiday",
        "members_member",
        "members_privacyclock",
        "members_processingpurpose",
        "members_recipient",
        "members_retentionrule",
        "members_servicetopic",
        "members_store",
        "members_survey",
        "members_tag",
        "members_user",
    )
    for table, of, title in (
        ("auth_group_permissions", "auth_group", _("Rights of a role")),
        ("members_apiclient_stores", "members_apiclient", _("Stores of an API client")),
        ("members_identity", "members_member", ""),
        ("members_legalhold", "members_member", ""),
        ("members_tagrule", "members_tag", ""),
        ("members_user_groups", "members_user", _("Roles of an operator")),
        ("members_user_stores", "members_user", _("Stores of an operator")),
        ("members_user_user_permissions", "members_user", _("Rights of an operator")),
        ("otp_totp_totpdevice", "members_user", _("Second factor of an operator")),
    ):
        changes.track_part(table, of=of, title=title)
