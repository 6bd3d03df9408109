"""What the segments and tags mean that a campaign asks: bound by its approval.

Source: docs/algorithms/campaigns.md, "What the approval binds".
"""

from collections.abc import Iterator, Mapping
from typing import Any

from analytics.rules import segment_graphs
from analytics.selectors import segment_definitions
from analytics.selectors.segment_definitions import Definitions
from analytics.selectors.segment_graphs import segment
from campaigns.models import Campaign, CampaignVersion, Run
from campaigns.rules.journey_steps import Kind

Prints = Mapping[str, str]


def audience(campaign: Campaign, known: Definitions | None = None) -> dict[str, Any]:
    """Who is asked for: segment, condition and stores, with what the first two mean. Two queries
    where they name segments or tags, and one for the stores."""
    nodes = segment_graphs.references(campaign.condition)
    if campaign.segment is not None:
        nodes.add(segment(campaign.segment.code))
    stores = campaign.stores.values_list("code", flat=True) if campaign.pk else ()
    return {
        "segment": campaign.segment.code if campaign.segment else "",
        "condition": campaign.condition,
        "stores": sorted(stores),
        "definitions": _reached(nodes, known),
    }


def of_steps(steps: Any, known: Definitions | None = None) -> dict[str, str]:
    """What the branches of a journey ask for. Two queries where they name segments or tags."""
    nodes = {node for tree in branch_conditions(steps) for node in segment_graphs.references(tree)}
    return _reached(nodes, known)


def branch_conditions(steps: Any) -> Iterator[Mapping[str, Any]]:
    """The conditions of a journey's branches, however deep they are."""
    for step in steps if isinstance(steps, list) else ():
        if not isinstance(step, Mapping):
            continue
        if step.get("kind") == Kind.BRANCH and isinstance(step.get("condition"), Mapping):
            yield step["condition"]
        for inner in step.values():
            yield from branch_conditions(inner)


def is_bound(version: CampaignVersion) -> bool:
    """Whether it was approved with anything that could mean others some day."""
    return bool(_of_audience(version) or _of_steps(version))


def changed(campaign: Campaign, known: Definitions | None = None) -> list[str]:
    """The nodes that mean something else than when the campaign's version was approved, and that
    it still asks: `segment:vip`, `tag:gold`. An audience that is frozen is asked no more."""
    version = campaign.version
    if version is None or not is_bound(version):
        return []
    known = known or segment_definitions.read()
    found = _otherwise(_of_steps(version), known)
    if (of_audience := _otherwise(_of_audience(version), known)) and takes_more(campaign):
        found |= of_audience
    return sorted(found)


def still_asks(campaign: Campaign, node: str) -> bool:
    """Whether the campaign was approved for what the node means, and anybody is still asked."""
    version = campaign.version
    if version is None:
        return False
    return node in _of_steps(version) or (node in _of_audience(version) and takes_more(campaign))


def takes_more(campaign: Campaign) -> bool:
    """Whether anybody is still to come in."""
    if campaign.entry == Campaign.Entry.EVENT or campaign.next_run_at is not None:
        return True
    states = set(campaign.runs.values_list("state", flat=True))
    return not states or Run.State.FREEZING in states


def _otherwise(approved: Prints, known: Definitions) -> set[str]:
    return {node for node, said in approved.items() if known.prints.get(node, "") != said}


def _reached(nodes: set[str], known: Definitions | None) -> dict[str, str]:
    if not nodes:
        return {}
    return (known or segment_definitions.read()).reached(nodes)


def _of_audience(version: CampaignVersion) -> Prints:
    return (version.content.get("audience") or {}).get("definitions") or {}


def _of_steps(version: CampaignVersion) -> Prints:
    return version.content.get("definitions") or {}
