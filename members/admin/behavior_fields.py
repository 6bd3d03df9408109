"""What segments and rules of tags may ask about birthdays, behaviors, service and figures."""

from collections.abc import Iterable

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from members.admin.behavior_words import WORDS
from members.admin.member_fields import field_of
from members.models import Measure
from members.registry import member_fields
from members.registry.fields import Choices, Wording
from members.registry.member_fields import MemberField
from members.rules.conditions import Codes, Days, Type

_PERSON = _("Person")
_DOES = _("Behavior")
_FIGURES = _("Figures")
# No test group needs more than a few salts; one at a time says what is meant.
_ONE = Codes(most=1)
SOURCES = {
    "behaviors": """
SELECT be.member_id, count(*) AS events_count, max(be.occurred_at) AS last_at
FROM members_behaviorevent be
WHERE be.member_id IS NOT NULL AND {window[be.occurred_at]} AND {pairs[be.kind|be.object]}
  AND {whose[be.member_id]}
GROUP BY be.member_id""",
    "complaints": """
SELECT sc.member_id, count(*) AS cases_count FROM members_servicecase sc
WHERE sc.kind = 'COMPLAINT' AND {window[sc.opened_at]} AND {whose[sc.member_id]}
GROUP BY sc.member_id""",
    "measures": """
SELECT me.member_id, max(me.value) AS value FROM members_measure me
WHERE {of[me.code]} AND {whose[me.member_id]} GROUP BY me.member_id""",
}
# Days until the next birthday, today included; of 29 February the 28th in common years.
_DAY = (
    "LEAST(m.birthday_md %% 100, CASE m.birthday_md / 100 WHEN 2 THEN %({february})s ELSE 31 END)"
)
_FALLS = "make_date(%(year)s{more}, m.birthday_md / 100, {day})"
_THIS_YEAR = _FALLS.format(more="", day=_DAY.format(february="february"))
_NEXT_YEAR = _FALLS.format(more=" + 1", day=_DAY.format(february="next_february"))
IN_DAYS = f"""CASE WHEN {_THIS_YEAR} >= %(today)s::date
  THEN {_THIS_YEAR} - %(today)s::date ELSE {_NEXT_YEAR} - %(today)s::date END"""
# As `members.rules.buckets.bucket`: the first 8 bytes, 2^32 being 96 modulo 100.
_HASH = "sha256(convert_to({salt} || ':' || m.uid::text, 'UTF8'))"
_FOUR = "('x' || encode(substr({hash}, {first}, 4), 'hex'))::bit(32)::bigint"
BUCKET = (
    f"(({_FOUR.format(hash=_HASH, first=1)} %% 100) * 96"
    f" + {_FOUR.format(hash=_HASH, first=5)} %% 100) %% 100"
)


def register() -> None:
    """Called by `apps.ready`."""
    member_fields.add((*_dates(), *_deeds(), *_figures()), sources=SOURCES)


def _dates() -> Iterable[MemberField]:
    yield MemberField(
        field=field_of("birthday.in_days", Type.INTEGER, least=0, most=366),
        wording=Wording(
            label=_("days until the birthday"),
            group=_PERSON,
            hint=_("0 on the day itself; a birthday on 29 February is on the 28th otherwise."),
        ),
        sql=IN_DAYS,
    )
    yield MemberField(
        field=field_of("member.bucket", Type.INTEGER, least=0, most=99, of=_ONE),
        wording=Wording(
            label=_("random number 0–99"),
            group=_PERSON,
            hint=_("Always the same for a member and a word: below 10 is a tenth of them."),
            is_of_open=True,
        ),
        sql=BUCKET,
    )


def _deeds() -> Iterable[MemberField]:
    yield MemberField(
        field=field_of("behavior.count", Type.INTEGER, least=0, days=Days(), of=Codes()),
        wording=Wording(
            label=_("number of behaviors"),
            group=_DOES,
            hint=_("Of any kind, of one, or of one with its object: product_view:SKU-1."),
            of_choices=_behaviors,
            is_of_open=True,
        ),
        sql="{s}.events_count",
        source="behaviors",
        missing=0,
    )
    yield MemberField(
        field=field_of("behavior.last_days", Type.INTEGER, least=0, days=Days(), of=Codes()),
        wording=Wording(
            label=_("days since the last behavior"),
            group=_DOES,
            of_choices=_behaviors,
            is_of_open=True,
        ),
        sql="%(today)s::date - ({s}.last_at AT TIME ZONE %(zone)s)::date",
        source="behaviors",
    )


def _figures() -> Iterable[MemberField]:
    yield MemberField(
        field=field_of("service.complaints", Type.INTEGER, least=0, days=Days()),
        wording=Wording(label=_("number of complaints"), group=_FIGURES),
        sql="{s}.cases_count",
        source="complaints",
        missing=0,
    )
    yield MemberField(
        field=field_of("measure.value", Type.INTEGER, of=Codes(most=1, is_needed=True)),
        wording=Wording(
            label=_("published figure"), group=_FIGURES, of_choices=_measures, is_of_open=True
        ),
        sql="{s}.value",
        source="measures",
    )


def _behaviors() -> Choices:
    return [(code, words.label) for code, words in WORDS.items()]


def _measures() -> Choices:
    codes = Measure.objects.order_by("code").values_list("code", F("code"))
    return list(codes.distinct()[: member_fields.MOST_CHOICES])
