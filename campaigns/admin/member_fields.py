"""What segments, branches and rules of tags may ask about campaigns that a member was in."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign
from members.admin.member_fields import field_of
from members.registry import member_fields
from members.registry.fields import Choices, Wording
from members.registry.member_fields import MemberField
from members.rules.conditions import Codes, Days, Type

_GROUP = _("Campaigns")
_ENTERED = """
SELECT ce.member_id, count(*) AS times FROM campaigns_enrollment ce
JOIN campaigns_campaign cc ON cc.id = ce.campaign_id
WHERE {test} AND {{window[{moment}]}} AND {{of[cc.code]}} AND {{whose[ce.member_id]}}
GROUP BY ce.member_id"""
# By the enrollment, so that what was sent to a card that was merged counts for the person.
_SENT = """
SELECT ce.member_id, count(*) AS times, max(cd.sent_at) AS last_at
FROM campaigns_enrollment ce
JOIN campaigns_delivery cd ON cd.enrollment_id = ce.id
JOIN campaigns_campaign cc ON cc.id = cd.campaign_id
WHERE {test} AND {{window[{moment}]}} AND {{of[cc.code]}} AND {{whose[ce.member_id]}}
GROUP BY ce.member_id"""
_WENT = "cd.state IN ('SENT', 'DELIVERED', 'BOUNCED')"
SOURCES = {
    "campaigns_entered": _ENTERED.format(
        test="ce.arm <> 'control' AND ce.state <> 'EXCLUDED'", moment="ce.entered_at"
    ),
    "campaigns_held_out": _ENTERED.format(
        test="ce.arm = 'control' AND ce.state <> 'EXCLUDED'", moment="ce.entered_at"
    ),
    "campaigns_converted": _ENTERED.format(
        test="ce.arm <> 'control' AND ce.converted_at IS NOT NULL", moment="ce.converted_at"
    ),
    "campaigns_sent": _SENT.format(test=_WENT, moment="cd.sent_at"),
    "campaigns_opened": _SENT.format(test="cd.opened_at IS NOT NULL", moment="cd.opened_at"),
    "campaigns_clicked": _SENT.format(test="cd.clicked_at IS NOT NULL", moment="cd.clicked_at"),
}
# By code: what is counted, and what has to be known of it.
_COUNTS: tuple[tuple[str, Any, str, Any], ...] = (
    (
        "campaign.entered",
        _("times in campaigns"),
        "campaigns_entered",
        _("Left out by the gate, or held out for comparison, doesn't count."),
    ),
    (
        "campaign.held_out",
        _("times held out for comparison"),
        "campaigns_held_out",
        _("Drawn for the control of a campaign: nothing was sent."),
    ),
    (
        "campaign.sent",
        _("messages of campaigns"),
        "campaigns_sent",
        _("That a provider, or the inbox, took; also those that came back."),
    ),
    (
        "campaign.opened",
        _("opened messages of campaigns"),
        "campaigns_opened",
        _("By a person, as far as can be told."),
    ),
    (
        "campaign.clicked",
        _("messages of campaigns with a followed link"),
        "campaigns_clicked",
        _("By a person, as far as can be told."),
    ),
    (
        "campaign.converted",
        _("times the goal of a campaign was reached"),
        "campaigns_converted",
        _("By those who were written to; the control doesn't count."),
    ),
)


def register() -> None:
    """Called by `apps.ready`."""
    member_fields.add(_fields(), sources=SOURCES)


def _fields() -> Iterable[MemberField]:
    for code, label, source, hint in _COUNTS:
        yield MemberField(
            field=field_of(code, Type.INTEGER, least=0, days=Days(), of=Codes()),
            wording=Wording(label=label, group=_GROUP, hint=hint, of_choices=_campaigns),
            sql="{s}.times",
            source=source,
            missing=0,
        )
    yield MemberField(
        field=field_of("campaign.last_sent_days", Type.INTEGER, least=0, days=Days(), of=Codes()),
        wording=Wording(
            label=_("days since the last message of a campaign"),
            group=_GROUP,
            of_choices=_campaigns,
        ),
        sql="%(today)s::date - ({s}.last_at AT TIME ZONE %(zone)s)::date",
        source="campaigns_sent",
    )


def _campaigns() -> Choices:
    """The newest ones that ever began."""
    begun = Campaign.objects.filter(version__isnull=False).order_by("-pk")
    rows = begun[: member_fields.MOST_CHOICES]
    return [(row.code, row.name or row.code) for row in rows]
