"""Texts written in Liquid: read, checked and filled in within limits, so that what an operator
types can't hang a worker. Source: docs/messages.md, "Limits"."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from liquid import BoundTemplate, Environment, Expression, Node, RenderContext
from liquid.builtin.expressions.primitive import IntegerLiteral, RangeLiteral
from liquid.builtin.tags.for_tag import ForNode
from liquid.exceptions import LiquidError, LiquidSyntaxError, UndefinedError
from liquid.undefined import FalsyStrictUndefined

from campaigns.rules import text_filters

# A source isn't longer than the columns that hold it; a list of fields may be tried as one.
LONGEST_SOURCE = 8_000
# Tags that stay: conditions, loops and names. No other template is ever read in.
TAGS = frozenset({"if", "unless", "case", "for", "break", "continue", "assign", "capture"}) | {
    *("comment", "raw", "echo", "#")
}
# The numbers that a loop may count through; the engine writes them all down before it begins.
MOST_TURNS = 1_000
# Tags, outputs and what stands in them, each as often as its loops turn: some 0.2 seconds.
MOST_WORK = 100_000
# What the engine needs for what stands between tags.
_ALWAYS = frozenset({"content", "output", "illegal"})
# What every text is told, whatever it asks for.
TOLD = frozenset({"currency", "language", "today"})


class MissingHere(Exception):
    """A variable that the text needs isn't known."""


class Broken(Exception):
    """The text can't be read, or grows over the limits."""


class _Environment(Environment):
    block_nesting_limit = 10
    context_depth_limit = 10
    loop_iteration_limit = MOST_TURNS
    local_namespace_limit = 65_536
    output_stream_limit = 16_384


def _environment(*, is_html: bool) -> Environment:
    # Falsy: a text may ask whether something is known; it can't print it where it isn't.
    made = _Environment(undefined=FalsyStrictUndefined, autoescape=is_html)
    for name in set(made.tags) - TAGS - _ALWAYS:
        del made.tags[name]
    text_filters.install(made)
    return made


_PLAIN = _environment(is_html=False)
_HTML = _environment(is_html=True)


@lru_cache(maxsize=512)
def parse(source: str, *, is_html: bool = False) -> BoundTemplate:
    """The text, ready to be filled in; the last 512 are kept.

    Raises: LiquidError.
    """
    template = (_HTML if is_html else _PLAIN).from_string(source)
    context = RenderContext(template)
    for node in template.nodes:
        for expression in _expressions(node, context):
            _check_range(expression)
    if sum(_work(node, context) for node in template.nodes) > MOST_WORK:
        raise LiquidSyntaxError("too much in loops", token=None)
    return template


def fill_in(source: str, variables: Mapping[str, Any], *, is_html: bool = False) -> str:
    """`source` with its variables filled in; `is_html` escapes what they hold.

    Raises: MissingHere; Broken.
    """
    if len(source) > LONGEST_SOURCE:
        raise Broken
    try:
        template = parse(source, is_html=is_html)
        with text_filters.counted():
            return template.render(**variables)
    except UndefinedError:
        raise MissingHere from None
    except (LiquidError, ArithmeticError, ValueError, TypeError, RecursionError, KeyError):
        raise Broken from None


def needed(source: str) -> frozenset[str]:
    """The names of the variables that `source` looks at, used or only asked for.

    What every text is told isn't among them; of a source that can't be read, nothing.
    """
    try:
        return _needed(source)
    except (LiquidError, RecursionError, ValueError):
        return frozenset()


@lru_cache(maxsize=512)
def _needed(source: str) -> frozenset[str]:
    return frozenset(parse(source).analyze().globals) - TOLD


def _work(node: Node, context: RenderContext) -> int:
    """How often something of `node` is looked at when the text is filled in, at most."""
    own = sum(1 for expression in node.expressions() for _ in _parts(expression))
    inner = sum(_work(child, context) for child in node.children(context, include_partials=False))
    return 1 + own + _turns(node) * inner


def _turns(node: Node) -> int:
    if not isinstance(node, ForNode):
        return 1
    over = node.expression.iterable
    if isinstance(over, RangeLiteral) and isinstance(over.start, IntegerLiteral):
        # Its ends are checked.
        return max(0, int(over.stop.value) - int(over.start.value) + 1)  # type: ignore[attr-defined]
    return MOST_TURNS


def _expressions(node: Node, context: RenderContext) -> Iterator[Expression]:
    for expression in node.expressions():
        yield from _parts(expression)
    for child in node.children(context, include_partials=False):
        yield from _expressions(child, context)


def _parts(expression: Expression) -> Iterator[Expression]:
    yield expression
    for child in expression.children():
        yield from _parts(child)


def _check_range(expression: Expression) -> None:
    """A range has two written ends, not far apart: `(1..points)` could be of any length."""
    if not isinstance(expression, RangeLiteral):
        return
    ends = (expression.start, expression.stop)
    first, last = (one.value if isinstance(one, IntegerLiteral) else None for one in ends)
    if first is None or last is None or last - first >= MOST_TURNS:
        raise LiquidSyntaxError("range out of bounds", token=expression.token)
