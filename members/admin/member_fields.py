"""What segments and rules of tags may ask about members themselves, in the operator's words."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils.dates import MONTHS
from django.utils.translation import gettext_lazy as _

from members.models import Channel, Community, Consent, Identity, Member, Store, Tag
from members.registry import member_fields
from members.registry.fields import Choices, Wording
from members.registry.member_fields import MemberField
from members.rules.conditions import OPS, Codes, Days, Field, Type
from members.selectors import member_reach

MEMBER = "MEMBER"
MOST_CHOICES = 500
_PERSON = _("Person")
_CARD = _("Membership")
_ALLOWS = _("What they allow")

JOINS = {
    "channel": "LEFT JOIN members_channel ch ON ch.id = m.channel_id",
    "store": "LEFT JOIN members_store st ON st.id = m.store_id",
}
# By member: how many communities they are in.
SOURCES = {
    "communities": """
SELECT x.member_id, count(*) AS communities_count FROM members_communitymembership x
WHERE {whose[x.member_id]} AND x.left_at IS NULL GROUP BY x.member_id
""",
}
_BORNE = """
SELECT t.code FROM members_membertag b JOIN members_tag t ON t.id = b.tag_id
WHERE b.member_id = m.id
"""
_JOINED = """
SELECT k.code FROM members_communitymembership x JOIN members_community k ON k.id = x.community_id
WHERE x.left_at IS NULL AND x.member_id = m.id
"""


def register() -> None:
    """Called by `apps.ready`."""
    member_fields.add(_fields(), joins=JOINS, sources=SOURCES)


def field_of(
    code: str,
    kind: Type,
    *,
    least: int | None = None,
    most: int | None = None,
    days: Days | None = None,
    of: Codes | None = None,
) -> Field:
    """A field of a member; apps above make theirs with it too."""
    return Field(code, kind, OPS[kind], MEMBER, least, most, days, of)


def _fields() -> Iterable[MemberField]:
    yield from _person()
    yield from _joined()
    yield from _known_by()
    yield from _answers()


def _person() -> Iterable[MemberField]:
    yield MemberField(
        field=field_of("member.gender", Type.CHOICE),
        wording=Wording(label=_("gender"), group=_PERSON, choices=lambda: Member.Gender.choices),
        sql="NULLIF(m.gender, '')",
    )
    yield MemberField(
        field=field_of("member.age", Type.INTEGER, least=0, most=130),
        wording=Wording(
            label=_("age"),
            group=_PERSON,
            hint=_("To about two years: only five years of birth are kept in clear."),
        ),
        sql="EXTRACT(YEAR FROM %(today)s::date)::int - m.birth_band - 2",
    )
    yield MemberField(
        field=field_of("member.birth_band", Type.INTEGER, least=1880, most=2200),
        wording=Wording(
            label=_("first of the five years of birth"),
            group=_PERSON,
            hint=_("1990 stands for 1990 to 1994."),
            show=str,
        ),
        sql="m.birth_band",
    )
    yield from _birthday()
    yield MemberField(
        field=field_of("member.language", Type.CHOICE),
        wording=Wording(label=_("language"), group=_PERSON, choices=lambda: settings.LANGUAGES),
        sql="NULLIF(m.language, '')",
    )


def _birthday() -> Iterable[MemberField]:
    yield MemberField(
        field=field_of("member.birthday_month", Type.INTEGER, least=1, most=12),
        wording=Wording(label=_("month of the birthday"), group=_PERSON, choices=_months),
        sql="m.birthday_md / 100",
    )
    yield MemberField(
        field=field_of("member.has_birthday", Type.BOOLEAN),
        wording=Wording(
            label=_("birthday told"),
            group=_PERSON,
            patterns={"yes": _("a birthday was told"), "no": _("no birthday was told")},
        ),
        sql="m.birthday_md IS NOT NULL",
    )
    yield MemberField(
        field=field_of("member.is_birthday_month", Type.BOOLEAN),
        wording=Wording(
            label=_("birthday this month"),
            group=_PERSON,
            patterns={
                "yes": _("the birthday is this month"),
                "no": _("the birthday is not this month"),
            },
        ),
        sql="m.birthday_md / 100 = EXTRACT(MONTH FROM %(today)s::date)::int",
    )


def _joined() -> Iterable[MemberField]:
    yield MemberField(
        field=field_of("member.joined_days", Type.INTEGER, least=0),
        wording=Wording(label=_("days since they joined"), group=_CARD),
        sql="%(today)s::date - (m.joined_at AT TIME ZONE %(zone)s)::date",
    )
    yield MemberField(
        field=field_of("member.joined_on", Type.DATE),
        wording=Wording(label=_("day on which they joined"), group=_CARD),
        sql="(m.joined_at AT TIME ZONE %(zone)s)::date",
    )
    yield MemberField(
        field=field_of("channel.code", Type.CHOICE),
        wording=Wording(label=_("channel of the registration"), group=_CARD, choices=_channels),
        sql="ch.code",
        joins=("channel",),
    )
    yield MemberField(
        field=field_of("store.code", Type.CHOICE),
        wording=Wording(label=_("home store"), group=_CARD, choices=_stores),
        sql="st.code",
        joins=("store",),
    )
    yield MemberField(
        field=field_of("store.city", Type.CHOICE),
        wording=Wording(
            label=_("city of the home store"), group=_CARD, choices=_cities, is_open=True
        ),
        sql="NULLIF(st.city, '')",
        joins=("store",),
    )
    yield MemberField(
        field=field_of("member.placement", Type.TEXT),
        wording=Wording(label=_("placement of the registration"), group=_CARD),
        sql="NULLIF(m.placement, '')",
    )
    yield MemberField(
        field=field_of("member.guide", Type.TEXT),
        wording=Wording(label=_("guide of the registration"), group=_CARD),
        sql="NULLIF(m.guide, '')",
    )
    yield MemberField(
        field=field_of("member.campaign", Type.TEXT),
        wording=Wording(label=_("campaign of the registration"), group=_CARD),
        sql="NULLIF(m.campaign_code, '')",
    )


def _known_by() -> Iterable[MemberField]:
    yield MemberField(
        field=field_of("member.tags", Type.SET),
        wording=Wording(label=_("tags"), group=_CARD, choices=_tags),
        sql=_BORNE,
    )
    yield MemberField(
        field=field_of("member.identities", Type.SET),
        wording=Wording(
            label=_("kinds of identities"), group=_CARD, choices=lambda: Identity.Kind.choices
        ),
        sql="SELECT i.kind FROM members_identity i WHERE i.member_id = m.id",
    )
    yield MemberField(
        field=field_of("member.is_referred", Type.BOOLEAN),
        wording=Wording(
            label=_("brought by a friend"),
            group=_CARD,
            patterns={"yes": _("a member brought them"), "no": _("no member brought them")},
        ),
        sql="m.referrer_id IS NOT NULL",
    )
    yield from _communities()


def _communities() -> Iterable[MemberField]:
    """Those that they are in; who left is in no more."""
    yield MemberField(
        field=field_of("member.communities", Type.SET),
        wording=Wording(label=_("communities"), group=_CARD, choices=_known_communities),
        sql=_JOINED,
    )
    yield MemberField(
        field=field_of("member.communities_count", Type.INTEGER, least=0),
        wording=Wording(label=_("number of communities"), group=_CARD),
        sql="{s}.communities_count",
        source="communities",
        missing=0,
    )


def _answers() -> Iterable[MemberField]:
    for purpose in Consent.Purpose:
        yield MemberField(
            field=field_of(f"consent.{purpose.value.lower()}", Type.SET),
            wording=Wording(
                label=_consent_labels()[purpose.value],
                group=_ALLOWS,
                choices=lambda: Consent.Medium.choices,
            ),
            sql=member_reach.granted(purpose),
        )
    for purpose in (Consent.Purpose.MARKETING, Consent.Purpose.SERVICE):
        yield MemberField(
            field=field_of(f"reach.{purpose.value.lower()}", Type.SET),
            wording=Wording(
                label=_reach_labels()[purpose.value],
                group=_ALLOWS,
                choices=lambda: Consent.Medium.choices,
                hint=_("They allow it, there is an address, and no parent has to agree first."),
            ),
            sql=member_reach.reached(purpose),
        )


def _consent_labels() -> dict[str, Any]:
    return {
        "MARKETING": _("media allowed for offers"),
        "SERVICE": _("media allowed for service"),
        "PROFILING": _("media allowed for profiling"),
    }


def _reach_labels() -> dict[str, Any]:
    return {
        "MARKETING": _("media that reach them with offers"),
        "SERVICE": _("media that reach them for service"),
    }


def _months() -> Choices:
    return sorted(MONTHS.items())


def _rows(model: Any) -> Choices:
    return [(row.code, row.name) for row in model.objects.order_by("code")[:MOST_CHOICES]]


def _channels() -> Choices:
    return _rows(Channel)


def _stores() -> Choices:
    return _rows(Store)


def _tags() -> Choices:
    return _rows(Tag)


def _known_communities() -> Choices:
    return _rows(Community)


def _cities() -> Choices:
    rows = Store.objects.exclude(city="").order_by("city")
    return [(city, city) for city in rows.values_list("city", flat=True).distinct()[:MOST_CHOICES]]
