"""What depends on what among segments and tags: circles, and the order of building.

Pure. A node is `segment:code` or `tag:code`; its edges lead to what it is made of.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

Graph = Mapping[str, Collection[str]]
# Fields whose values are codes of nodes.
FIELDS: Mapping[str, str] = {"segments": "segment", "member.tags": "tag"}


def references(tree: Any) -> set[str]:
    """The nodes that a condition asks for, also of one that can't be read any more."""
    return set(_walk(tree))


def _walk(tree: Any) -> Iterator[str]:
    if isinstance(tree, list | tuple):
        for part in tree:
            yield from _walk(part)
    elif isinstance(tree, Mapping):
        kind = FIELDS.get(tree.get("field", "")) if isinstance(tree.get("field"), str) else None
        values = tree.get("value", ())
        if kind is not None:
            for code in [values] if isinstance(values, str) else values:
                yield f"{kind}:{code}"
        for name in ("all", "any", "not"):
            yield from _walk(tree.get(name, ()))


def circle(graph: Graph, start: str) -> tuple[str, ...]:
    """The shortest way from `start` back to itself, both ends named; empty where there is none."""
    came_from: dict[str, str] = {}
    ahead = [start]
    for node in ahead:
        for following in sorted(graph.get(node, ())):
            if following == start:
                return (*_way(came_from, start, node), start)
            if following not in came_from:
                came_from[following] = node
                ahead.append(following)
    return ()


def _way(came_from: Mapping[str, str], start: str, end: str) -> tuple[str, ...]:
    way = [end]
    while way[-1] != start:
        way.append(came_from[way[-1]])
    return tuple(reversed(way))


def ordered(graph: Graph) -> list[str]:
    """Every node behind all that it is made of; by name where nothing else decides. In a circle,
    which nothing should let in, each node comes once."""
    done: dict[str, None] = {}
    open_nodes: set[str] = set()

    def visit(node: str) -> None:
        if node in done or node in open_nodes:
            return
        open_nodes.add(node)
        for following in sorted(graph.get(node, ())):
            visit(following)
        done[node] = None

    for node in sorted(graph):
        visit(node)
    return list(done)


def leads_to(graph: Graph, start: str, kind: str) -> bool:
    """Whether anything of this kind lies behind `start`."""
    seen = {start}
    ahead = [start]
    for node in ahead:
        for following in graph.get(node, ()):
            if following.startswith(f"{kind}:"):
                return True
            if following not in seen:
                seen.add(following)
                ahead.append(following)
    return False
