"""What segments and rules of tags may ask about other segments, as of their last build."""

from django.utils.translation import gettext_lazy as _

from analytics.selectors import segments
from members.admin.member_fields import field_of
from members.registry import member_fields
from members.registry.fields import Choices, Wording
from members.registry.member_fields import MemberField
from members.rules.conditions import Type

_SEGMENTS = """
SELECT sg.code FROM analytics_segmentmember sm JOIN analytics_segment sg ON sg.id = sm.segment_id
WHERE sm.member_id = m.id
"""


def register() -> None:
    """Called by `apps.ready`."""
    field = MemberField(
        field=field_of("segments", Type.SET),
        wording=Wording(
            label=_("segments"),
            group=_("Scores and classes"),
            choices=_segments,
            hint=_("As their last builds left them."),
            patterns={
                "contains": _("in the segment %(value)s"),
                "lacks": _("not in the segment %(value)s"),
            },
        ),
        sql=_SEGMENTS,
    )
    member_fields.add((field,))


def _segments() -> Choices:
    rows = segments.living()[: member_fields.MOST_CHOICES]
    return [(row.code, str(row) or row.code) for row in rows]
