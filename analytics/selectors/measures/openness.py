"""How openly the house deals with personal data: the transparency index and its three parts."""

from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics.registry.measures import Measure, Value
from analytics.rules import ratios
from analytics.selectors import asking, spans
from analytics.selectors.figures import Unit
from analytics.selectors.filters import Filters
from members.models import PolicyDocument
from members.rules import surveys

# What a survey names as its subject where it asks whether people understood.
SUBJECT = "policy"


@dataclass(frozen=True, kw_only=True)
class Openness:
    """Each part is a fraction of 1, as of the period's last day; None where it can't be told."""

    completeness: Fraction
    timeliness: Fraction | None
    understanding: Fraction | None

    @property
    def index(self) -> Fraction | None:
        if self.timeliness is None or self.understanding is None:
            return None
        return self.completeness * self.timeliness * self.understanding


def openness(filters: Filters) -> Openness:
    """Completeness: kinds of policy texts in force, of all kinds. Timeliness: requests for one's
    data that were due by then and answered in time. Understanding: the mean of the ratings of
    the policy, from the worst to the best score. Three queries."""
    params = spans.of(filters) | {
        "subject": SUBJECT,
        "zone": str(spans.zone()),
        "to_on": filters.as_of,
    }
    kinds = len(PolicyDocument.Kind.values)
    in_force = asking.row(_KINDS, params)[0]
    in_time, due = asking.row(_REQUESTS, params)
    total, answers = asking.row(_RATINGS, params)
    lowest, highest = surveys.SCALES[surveys.RATING]
    return Openness(
        completeness=Fraction(in_force, kinds),
        timeliness=Fraction(in_time, due) if due else None,
        understanding=Fraction(total - lowest * answers, (highest - lowest) * answers)
        if answers
        else None,
    )


_KINDS = "SELECT count(DISTINCT kind) FROM members_policydocument WHERE effective_at < %(until_at)s"
_REQUESTS = """
SELECT count(*) FILTER (WHERE (closed_at AT TIME ZONE %(zone)s)::date <= due_on), count(*)
FROM members_privacyrequest
WHERE received_at < %(until_at)s AND (due_on <= %(to_on)s OR closed_at < %(until_at)s)
"""
_RATINGS = """
SELECT coalesce(sum(r.score), 0)::bigint, count(*)
FROM members_surveyresponse r JOIN members_survey s ON s.id = r.survey_id
WHERE s.kind = 'RATING' AND split_part(r.subject, ':', 1) = %(subject)s
    AND r.occurred_at < %(until_at)s
"""


def _index(filters: Filters) -> Value:
    found = openness(filters).index
    return Value(value=None if found is None else ratios.percent(found, 1))


MEASURES = (
    Measure(
        code="transparency_index",
        label=_("Transparency index"),
        definition=_(
            "Completeness (kinds of policy texts in force, of all kinds) times timeliness "
            "(requests for one's data answered in time) times understanding (ratings of the "
            "policy), as of the period's last day."
        ),
        unit=Unit.PERCENT,
        read=_index,
    ),
)
