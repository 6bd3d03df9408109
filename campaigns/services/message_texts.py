"""What messages say, for many members at once: from the texts that were frozen with the approval,
filled with what is known of each."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from campaigns.registry import variables as registry
from campaigns.selectors import variables
from campaigns.selectors.variables import Asked
from campaigns.services import templates, variable_making
from campaigns.services.templates import Text
from members.models import Member

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Writing:
    """One text to one member; `context` is the enrollment's, `medium` what it goes out by."""

    key: int
    member: Member
    context: Mapping[str, Any]
    medium: str = ""
    enrollment_id: int | None = None


def write_many(
    *,
    texts: Mapping[str, Any],
    writings: Sequence[Writing],
    media: Iterable[str] = (),
    expected: frozenset[str] | None = None,
    at: datetime,
) -> dict[int, Text]:
    """The texts by key; one that can't be written, since a variable isn't known or the template is
    broken, is left out. A bounded number of queries.

    `expected`, of a forecast, which changes nothing: samples stand for those that will be there
    when it is sent. Else what a text needs and can be made, such as a code for recommending, is.
    """
    if not writings:
        return {}
    needed = templates.needed_of(texts, media=media)
    asked = [
        Asked(member=one.member, context=one.context, enrollment_id=one.enrollment_id)
        for one in writings
    ]
    if expected is None:
        variable_making.make_missing(asked=asked, needed=needed, at=at)
    known = variables.variables_of_many(asked=asked, needed=needed, at=at)
    found: dict[int, Text] = {}
    faults: Counter[str] = Counter()
    for writing, told in zip(writings, known, strict=True):
        try:
            found[writing.key] = templates.write_frozen(
                texts=texts,
                language=writing.member.language,
                variables=_samples(writing, expected) | told if expected else told,
                medium=writing.medium,
            )
        except (templates.MissingVariable, templates.BrokenTemplate) as error:
            faults[error.code] += 1
    # One line for all of them: a template with a mistake is sent to a million members.
    if faults:
        logger.info("texts_not_written", **faults)
    return found


def _samples(writing: Writing, names: frozenset[str]) -> dict[str, Any]:
    samples = registry.samples(writing.member.language)
    return {name: samples[name] for name in names}
