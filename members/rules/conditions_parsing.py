"""Reading a condition tree: strict, bounded, and with every mistake told at its place."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from members.rules import conditions_shapes as shapes
from members.rules.conditions_shapes import BadCondition, Field, Leaf, Node, Op, Type

_GROUPS = ("all", "any", "not")
_LEAF_KEYS = {"field", "op", "value"}


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
        if set(tree) != _LEAF_KEYS:
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
        return self._valued(asked, Op(tree["op"]), tree["value"], path)

    def _valued(self, asked: Field, op: Op, raw: Any, path: str) -> Node | None:
        try:
            value = read_value(asked, op, raw, _join(path, "value"))
        except BadCondition as problem:
            self.problems.append(problem)
            return None
        leaf = Leaf(asked, op, value, path)
        self.leaves.append(leaf)
        return leaf

    def _keys(self, tree: Mapping[str, Any], path: str) -> Node | None:
        missing = sorted(_LEAF_KEYS - set(tree))
        strange = sorted(_short(name) for name in set(tree) - _LEAF_KEYS)
        if strange:
            return self._wrong(
                path,
                "unknown_key",
                "“%(name)s” has no meaning here: a comparison has field, op and value.",
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


def read_value(asked: Field, op: Op, raw: Any, path: str) -> Any:
    """The typed value: one, a (from, to) of `between`, or a tuple for the ops with lists.

    Raises: BadCondition.
    """
    if op == Op.BETWEEN:
        return _range(asked, raw, path)
    if op in shapes.LIST_OPS:
        return _list(asked, raw, path)
    return _READERS[asked.type](asked, raw, path)


def _range(asked: Field, raw: Any, path: str) -> tuple[Any, Any]:
    if not isinstance(raw, list | tuple) or len(raw) != 2:
        raise BadCondition(path, "not_a_range", "Between takes two values: [from, to].")
    low, high = (
        _READERS[asked.type](asked, one, f"{path}[{index}]") for index, one in enumerate(raw)
    )
    if low > high:
        raise BadCondition(
            path,
            "range_reversed",
            "The first value is above the second: swap them, or write two parts with “any”.",
        )
    return low, high


def _list(asked: Field, raw: Any, path: str) -> tuple[Any, ...]:
    if asked.type == Type.SET and isinstance(raw, str):
        raw = [raw]
    if not isinstance(raw, list | tuple):
        raise BadCondition(path, "not_values", "A list of values is needed here.")
    if not raw:
        raise BadCondition(path, "no_values", "The list is empty: choose at least one value.")
    if len(raw) > shapes.MAX_VALUES:
        raise BadCondition(
            path,
            "too_many_values",
            "A list has %(limit)s values at most: use a tag or a category instead.",
            limit=shapes.MAX_VALUES,
        )
    values = (_READERS[asked.type](asked, one, f"{path}[{index}]") for index, one in enumerate(raw))
    return tuple(dict.fromkeys(values))


def _number(asked: Field, raw: Any, path: str) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int):
        if asked.type == Type.AMOUNT:
            raise BadCondition(
                path,
                "not_an_amount",
                "An amount is a whole number of minor units: 150 stands for 1.50.",
            )
        raise BadCondition(path, "not_a_number", "A whole number is needed here.")
    least = -shapes.MAX_NUMBER if asked.least is None else asked.least
    most = shapes.MAX_NUMBER if asked.most is None else asked.most
    number: int = raw
    if not least <= number <= most:
        raise BadCondition(
            path,
            "out_of_range",
            "The number must be between %(least)s and %(most)s.",
            least=least,
            most=most,
        )
    return number


def _text(asked: Field, raw: Any, path: str) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise BadCondition(path, "not_a_text", "A text is needed here, not an empty one.")
    text = raw.strip()
    if len(text) > shapes.MAX_TEXT:
        raise BadCondition(
            path,
            "text_too_long",
            "A text has %(limit)s characters at most.",
            limit=shapes.MAX_TEXT,
        )
    # The database keeps neither; no code or name of ours has them.
    if any(ord(sign) < 32 or 0xD800 <= ord(sign) <= 0xDFFF for sign in text):
        raise BadCondition(path, "text_unprintable", "The text has signs that can't be printed.")
    return text


def _boolean(asked: Field, raw: Any, path: str) -> bool:
    if not isinstance(raw, bool):
        raise BadCondition(path, "not_a_boolean", "Yes or no is needed here: true or false.")
    return raw


def _date(asked: Field, raw: Any, path: str) -> date:
    try:
        # Of ISO 8601 the one form that people write; `fromisoformat` alone knows weeks too.
        if isinstance(raw, str) and len(raw) == 10 and raw[4] == raw[7] == "-":
            return date.fromisoformat(raw)
    except ValueError:
        pass
    raise BadCondition(path, "not_a_date", "A day of the calendar is needed here: 2026-11-22.")


_READERS: Mapping[Type, Callable[[Field, Any, str], Any]] = {
    Type.INTEGER: _number,
    Type.AMOUNT: _number,
    Type.TEXT: _text,
    Type.CHOICE: _text,
    Type.SET: _text,
    Type.BOOLEAN: _boolean,
    Type.DATE: _date,
}


def _is_empty_group(tree: Mapping[str, Any]) -> bool:
    return len(tree) == 1 and any(tree.get(name) == [] for name in ("all", "any"))


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _short(value: Any) -> str:
    return str(value)[:40]
