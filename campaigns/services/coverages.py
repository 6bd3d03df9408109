"""Whether a campaign's texts can be written for its members, tried on the members themselves."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from campaigns.models import Campaign
from campaigns.selectors import coverage
from campaigns.selectors.coverage import SAMPLED_CARDS, Coverage, Sample
from campaigns.services import campaign_versions, templates
from campaigns.services.templates import BrokenTemplate, MissingVariable


def of_campaign(campaign: Campaign, *, at: datetime) -> list[Coverage]:
    """One for each template that the draft's messages name.

    Raises: BadSteps; BadEntry; BadCondition.
    """
    flow = campaign_versions.flow_of(campaign)
    begun = coverage.expected(campaign, flow, at=at)
    sample = coverage.sample_of(campaign, at=at)
    return [
        _of_texts(one.code, templates.freeze(one), sample, begun, at)
        for one in coverage.templates_of(flow)
    ]


def _of_texts(
    code: str, texts: Mapping[str, Any], sample: Sample, begun: frozenset[str], at: datetime
) -> Coverage:
    needed = templates.needed_of(texts)
    known = coverage.known_of(sample, needed=needed, at=at)
    languages = {
        member.pk: templates.language_of(texts, member.language or "zh-hans")
        for member in sample.members
    }
    lacking = [
        member.card_number
        for member, told in zip(sample.members, known, strict=True)
        if not _is_written(
            texts, languages[member.pk], coverage.with_samples(told, begun, member.language)
        )
    ]
    return Coverage(
        template=code,
        members_count=sample.members_count,
        looked_count=len(sample.members),
        written_count=len(sample.members) - len(lacking),
        readers=coverage.readers(sample, languages),
        lacks=coverage.lacks(sample, known, needed=needed, begun=begun),
        lacking_cards=tuple(lacking[:SAMPLED_CARDS]),
    )


def _is_written(texts: Mapping[str, Any], language: str, known: Mapping[str, Any]) -> bool:
    try:
        templates.write_frozen(texts=texts, language=language, variables=known)
    except (MissingVariable, BrokenTemplate):
        return False
    return True
