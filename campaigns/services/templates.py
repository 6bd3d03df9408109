"""Texts from Liquid templates, within limits: what an operator types can't hang a worker."""

from collections.abc import Mapping
from dataclasses import dataclass

from liquid import Environment, StrictUndefined
from liquid.exceptions import LiquidError, UndefinedError

from campaigns.models import MessageTemplate
from loyalty.rules import money
from members.errors import DomainError

# What the columns of Delivery hold.
MAX_SUBJECT = 200
MAX_BODY = 4_000


class MissingVariable(DomainError):
    """The text names a variable that the trigger doesn't offer."""

    code = "missing_variable"


class BrokenTemplate(DomainError):
    """The template has a mistake, or its text grows over the limits."""

    code = "broken_template"


@dataclass(frozen=True, slots=True)
class Text:
    """What a member reads; plain text, never markup."""

    subject: str
    body: str


class _Environment(Environment):
    block_nesting_limit = 10
    context_depth_limit = 10
    loop_iteration_limit = 1_000
    local_namespace_limit = 65_536
    output_stream_limit = 16_384


def write(*, template: MessageTemplate, language: str, variables: Mapping[str, object]) -> Text:
    """Subject and body in `language`, or in the other one where it has no text.

    `variables["currency"]` is what the filter `money` writes amounts in.

    Raises: MissingVariable, BrokenTemplate.
    """
    subject_source, body_source = _sources(template, language)
    subject = " ".join(render(subject_source, variables).split())
    body = render(body_source, variables).strip()
    if len(subject) > MAX_SUBJECT or not 0 < len(body) <= MAX_BODY:
        raise BrokenTemplate
    return Text(subject=subject, body=body)


def render(source: str, variables: Mapping[str, object], *, is_html: bool = False) -> str:
    """`source` with its variables filled in; `is_html` escapes what they hold.

    Raises: MissingVariable, BrokenTemplate.
    """
    environment = _environment(is_html, str(variables.get("currency", "")))
    try:
        return environment.from_string(source).render(**variables)
    except UndefinedError:
        raise MissingVariable from None
    except (LiquidError, ArithmeticError, ValueError, TypeError, RecursionError):
        raise BrokenTemplate from None


def _environment(is_html: bool, currency: str) -> Environment:
    environment = _Environment(undefined=StrictUndefined, autoescape=is_html)
    environment.add_filter("money", lambda amount: money.text(int(amount), currency))
    environment.add_filter("points", lambda points: f"{int(points):,}")
    return environment


def _sources(template: MessageTemplate, language: str) -> tuple[str, str]:
    chinese = (template.subject_zh, template.body_zh)
    english = (template.subject_en, template.body_en)
    first, second = (chinese, english) if language.startswith("zh") else (english, chinese)
    return first if first[1] else second
