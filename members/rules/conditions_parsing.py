"""Reading a condition tree: strict, bounded, and with every mistake told at its place."""

from collections.abc import Mapping
from typing import Any

from members.rules import conditions_shapes as shapes
from members.rules import conditions_values as values
from members.rules.conditions_shapes import BadCondition, Field, Leaf, Node, Op

_GROUPS = ("all", "any", "not")
_LEAF_KEYS = frozenset({"field", "op", "value"})
_MORE_KEYS = frozenset({"days", "of"})


class Reader:
    """Reads one tree and collects what is wrong with it, in the order of reading."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self._fields = fields
        self.problems: list[BadCondition] = []
        self.leaves: list[Leaf] = []
        self._leaf_count = 0

    def read(self, tree: Any) -> Node | None:
        """The tree; None where it is empty or can't be read."""
        if isinstance(tree, Mapping) and (not tree or _is_empty_group(tree)):
            return None
        return self._node(tree, "", 0)

    def _node(self, tree: Any, path: str, depth: int) -> Node | None:
        if not isinstance(tree, Mapping):
            return self._wrong(
                path, "not_an_object", "A condition is an object with all, any, not, or field."
            )
        if not tree:
            return self._empty(path)
        names = [name for name in _GROUPS if name in tree]
        if not names:
            return self._leaf(tree, path)
        if len(tree) > 1:
            return self._wrong(
                path,
                "mixed_keys",
                "“%(name)s” stands alone in its object: put the rest beside it in an “all”.",
                name=names[0],
            )
        if depth == shapes.MAX_DEPTH:
            return self._wrong(
                path,
                "too_deep",
                "Groups nest %(limit)s deep at most: make this part flatter.",
                limit=shapes.MAX_DEPTH,
            )
        name = names[0]
        if name == "not":
            inner = self._node(tree["not"], _join(path, "not"), depth + 1)
            return None if inner is None else shapes.Not(inner)
        return self._group(name, tree[name], _join(path, name), depth + 1)

    def _group(self, name: str, parts: Any, path: str, depth: int) -> Node | None:
        if not isinstance(parts, list | tuple):
            return self._wrong(path, "not_a_list", "“%(name)s” holds a list.", name=name)
        if not parts:
            return self._empty(path)
        if len(parts) > shapes.MAX_LEAVES:
            return self._too_many(path)
        nodes = [self._node(part, f"{path}[{index}]", depth) for index, part in enumerate(parts)]
        found = tuple(node for node in nodes if node is not None)
        return shapes.All(found) if name == "all" else shapes.AnyOf(found)

    def _leaf(self, tree: Mapping[str, Any], path: str) -> Node | None:
        self._leaf_count += 1
        if self._leaf_count > shapes.MAX_LEAVES:
            return self._too_many(path) if self._leaf_count == shapes.MAX_LEAVES + 1 else None
        if not _LEAF_KEYS <= set(tree) <= _LEAF_KEYS | _MORE_KEYS:
            return self._keys(tree, path)
        asked = self._fields.get(tree["field"]) if isinstance(tree["field"], str) else None
        if asked is None:
            return self._wrong(
                _join(path, "field"),
                "unknown_field",
                "There is no field “%(field)s”: choose one of the list.",
                field=_short(tree["field"]),
            )
        if tree["op"] not in asked.ops:
            return self._wrong(
                _join(path, "op"),
                "unknown_op",
                "“%(field)s” can't be compared with “%(op)s”: use %(ops)s.",
                field=asked.code,
                op=_short(tree["op"]),
                ops=", ".join(asked.ops),
            )
        return self._compared(asked, tree, path)

    def _compared(self, asked: Field, tree: Mapping[str, Any], path: str) -> Node | None:
        """Value, window and codes: all that is wrong with them is told at once."""
        known = len(self.problems)
        op = Op(tree["op"])
        value = self._value(asked, op, tree["value"], _join(path, "value"))
        days = self._days(asked, tree, path)
        of = self._codes(asked, tree, path)
        if len(self.problems) > known:
            return None
        leaf = Leaf(asked, op, value, path, days, of)
        self.leaves.append(leaf)
        return leaf

    def _value(self, asked: Field, op: Op, raw: Any, path: str) -> Any:
        try:
            return values.read_value(asked, op, raw, path)
        except BadCondition as problem:
            self.problems.append(problem)

    def _days(self, asked: Field, tree: Mapping[str, Any], path: str) -> int | None:
        if "days" not in tree:
            if asked.days is not None and asked.days.is_needed:
                self._needed(asked, "days", path)
            return None
        if asked.days is None:
            self._not_taken(asked, "days", path)
            return None
        try:
            return values.read_days(asked, tree["days"], _join(path, "days"))
        except BadCondition as problem:
            self.problems.append(problem)
            return None

    def _codes(self, asked: Field, tree: Mapping[str, Any], path: str) -> tuple[str, ...]:
        if "of" not in tree:
            if asked.of and asked.of.is_needed:
                self._needed(asked, "of", path)
            return ()
        if asked.of is None:
            self._not_taken(asked, "of", path)
            return ()
        try:
            return values.read_codes(asked, tree["of"], _join(path, "of"))
        except BadCondition as problem:
            self.problems.append(problem)
            return ()

    def _needed(self, asked: Field, name: str, path: str) -> None:
        self._wrong(
            path,
            f"{name}_needed",
            "“%(field)s” needs “%(name)s” beside field, op and value.",
            field=asked.code,
            name=name,
        )

    def _not_taken(self, asked: Field, name: str, path: str) -> None:
        self._wrong(
            _join(path, name),
            f"{name}_not_taken",
            "“%(field)s” takes no “%(name)s”: leave it out.",
            field=asked.code,
            name=name,
        )

    def _keys(self, tree: Mapping[str, Any], path: str) -> Node | None:
        missing = sorted(_LEAF_KEYS - set(tree))
        strange = sorted(_short(name) for name in set(tree) - _LEAF_KEYS - _MORE_KEYS)
        if strange:
            return self._wrong(
                path,
                "unknown_key",
                "“%(name)s” has no meaning here: a comparison has field, op and value, and some "
                "have days and of.",
                name=strange[0],
            )
        return self._wrong(
            path,
            "missing_key",
            "“%(name)s” is missing: a comparison has field, op and value.",
            name=missing[0],
        )

    def _empty(self, path: str) -> Node | None:
        return self._wrong(
            path,
            "empty_group",
            "An empty group would match everything: give it a condition or remove it.",
        )

    def _too_many(self, path: str) -> Node | None:
        return self._wrong(
            path,
            "too_many",
            "A condition has %(limit)s comparisons at most: use lists of values.",
            limit=shapes.MAX_LEAVES,
        )

    def _wrong(self, path: str, code: str, message: str, **figures: Any) -> Node | None:
        """Nothing, so that reading goes on beside it."""
        self.problems.append(BadCondition(path, code, message, **figures))
        return None


def _is_empty_group(tree: Mapping[str, Any]) -> bool:
    return len(tree) == 1 and any(tree.get(name) == [] for name in ("all", "any"))


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _short(value: Any) -> str:
    """What was sent, as a page can show it: half a sign has no place in any text."""
    return str(value)[:40].encode(errors="replace").decode()
