"""Reading what a comparison compares with: typed values, the window of days, the list of codes."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from members.rules import conditions_shapes as shapes
from members.rules.conditions_shapes import BadCondition, Field, Op, Type


def read_value(asked: Field, op: Op, raw: Any, path: str) -> Any:
    """The typed value: one, a (from, to) of `between`, or a tuple for the ops with lists.

    Raises: BadCondition.
    """
    if op == Op.BETWEEN:
        return _range(asked, raw, path)
    if op in shapes.LIST_OPS:
        return _list(asked, raw, path)
    return _READERS[asked.type](asked, raw, path)


def read_days(asked: Field, raw: Any, path: str) -> int:
    """The length of the window.

    Raises: BadCondition.
    """
    assert asked.days is not None
    least, most = asked.days.least, asked.days.most
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise BadCondition(path, "not_days", "A whole number of days is needed here.")
    if not least <= raw <= most:
        raise BadCondition(
            path,
            "days_out_of_range",
            "The days must be between %(least)s and %(most)s.",
            least=least,
            most=most,
        )
    days: int = raw
    return days


def read_codes(asked: Field, raw: Any, path: str) -> tuple[str, ...]:
    """The codes that are counted, without repeats.

    Raises: BadCondition.
    """
    assert asked.of is not None
    if not isinstance(raw, list | tuple):
        raise BadCondition(path, "not_codes", "A list of codes is needed here.")
    if not raw:
        raise BadCondition(path, "no_codes", "The list is empty: name at least one, or leave it.")
    if len(raw) > shapes.MAX_VALUES:
        raise _too_many(asked.of.most, path)
    codes = tuple(dict.fromkeys(_text(asked, one, f"{path}[{i}]") for i, one in enumerate(raw)))
    if len(codes) > asked.of.most:
        raise _too_many(asked.of.most, path)
    return codes


def _too_many(limit: int, path: str) -> BadCondition:
    return BadCondition(
        path, "too_many_codes", "The list has %(limit)s codes at most.", limit=limit
    )


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
