"""What a member's own copy holds of their answers, and what an erasure leaves of them.

Answers are append-only: what was written is sealed and goes with the member's key; scores stay,
as scores of nobody. A merge leaves them where they are, and both cards are read as one person.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from members.registry.privacy import (
    Erasing,
    ErasureStep,
    ExportSection,
    add_erasure_step,
    add_export_section,
)
from members.selectors import surveys

MOST_EXPORTED = 10_000
CODE, ORDER = "members.surveys", 64
COLUMNS = ("survey", "about", "score", "answers", "answered_at")


def register() -> None:
    """Called by `voices.register`."""
    add_erasure_step(ErasureStep(CODE, ORDER, erase))
    add_export_section(ExportSection(CODE, ORDER, _("Surveys"), COLUMNS, rows))


def erase(erasing: Erasing) -> dict[str, int]:
    """Nothing is left to empty: the key that goes with the member sealed what they wrote."""
    return {"members_surveyresponse": 0}


def rows(member_ids: Sequence[int], at: datetime) -> Iterator[Mapping[str, Any]]:
    for one in surveys.responses_of(member_ids=member_ids)[:MOST_EXPORTED]:
        yield {
            "survey": one.survey.name,
            "about": one.subject,
            "score": one.score,
            "answers": one.answers or {},
            "answered_at": one.occurred_at,
        }
