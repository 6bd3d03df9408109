"""Texts from templates, as operators keep them or as they were frozen with an approval.

Source: docs/messages.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from campaigns.models import MessageTemplate
from campaigns.rules import texts as rules
from campaigns.rules import wechat_fields
from members.errors import DomainError

# What the columns of Delivery hold.
MAX_SUBJECT = 200
MAX_BODY = 4_000
# What a version keeps of a template.
FROZEN = ("subject_zh", "subject_en", "body_zh", "body_en", "media_options")


class MissingVariable(DomainError):
    """The text names a variable that isn't known of this member."""

    code = "missing_variable"


class BrokenTemplate(DomainError):
    """The template has a mistake, or its text grows over the limits."""

    code = "broken_template"


@dataclass(frozen=True, slots=True)
class Text:
    """What a member reads; plain text, never markup.

    `template`, `fields` (in order; by place they are called "1", "2" …) and `page` are for media
    that send a provider's approved template in place of a text.
    """

    subject: str
    body: str
    template: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    page: str = ""


def freeze(template: MessageTemplate) -> dict[str, Any]:
    """The template as a version keeps it and `write_frozen` takes it."""
    return {name: getattr(template, name) for name in FROZEN}


def write(*, template: MessageTemplate, language: str, variables: Mapping[str, object]) -> Text:
    """Subject and body of a template as it is now; see `write_frozen`.

    Raises: MissingVariable, BrokenTemplate.
    """
    return write_frozen(texts=freeze(template), language=language, variables=variables)


def write_frozen(
    *,
    texts: Mapping[str, Any],
    language: str,
    variables: Mapping[str, object],
    medium: str = "",
) -> Text:
    """Subject and body in `language`, or in the other one where it has no text; with `medium` also
    what its provider's template is filled with.

    `texts` is what `freeze` gave. `variables["currency"]` is what the filter `money` writes
    amounts in.

    Raises: MissingVariable, BrokenTemplate.
    """
    chosen = language_of(texts, language)
    told = {**variables, "language": chosen}
    subject = " ".join(render(texts.get(f"subject_{chosen}", ""), told).split())
    body = render(texts.get(f"body_{chosen}", ""), told).strip()
    if len(subject) > MAX_SUBJECT or not 0 < len(body) <= MAX_BODY:
        raise BrokenTemplate
    options = (texts.get("media_options") or {}).get(medium) or {}
    return Text(subject=subject, body=body, **_filled(medium, options, chosen, told))


def language_of(texts: Mapping[str, Any], language: str) -> str:
    """`zh` or `en`: the one that a member of this language reads."""
    first, second = ("zh", "en") if language.startswith("zh") else ("en", "zh")
    return first if texts.get(f"body_{first}") else second


def needed(source: str) -> frozenset[str]:
    """The names of the variables that this source looks at."""
    return rules.needed(source)


def needed_of(frozen: Mapping[str, Any], *, media: Iterable[str] = ()) -> frozenset[str]:
    """The names of the variables that any language of these texts looks at, with what the
    providers' templates of `media` are filled with."""
    sources = [str(frozen.get(name) or "") for name in FROZEN if name != "media_options"]
    options = frozen.get("media_options") or {}
    for medium in media:
        own = options.get(medium) or {}
        sources += [
            str(source)
            for name in ("fields", "fields_en")
            for source in field_sources(own.get(name)).values()
        ]
    return frozenset().union(*(rules.needed(source) for source in sources))


def field_sources(written: Any) -> dict[str, str]:
    """The fields of a provider's template by name: in a list, the first is called "1"."""
    if isinstance(written, Mapping):
        return {str(name): str(source) for name, source in written.items()}
    if isinstance(written, list):
        return {str(place): str(source) for place, source in enumerate(written, start=1)}
    return {}


def render(source: str, variables: Mapping[str, object], *, is_html: bool = False) -> str:
    """`source` with its variables filled in; `is_html` escapes what they hold.

    Raises: MissingVariable, BrokenTemplate.
    """
    try:
        return rules.fill_in(source, variables, is_html=is_html)
    except rules.MissingHere:
        raise MissingVariable from None
    except rules.Broken:
        raise BrokenTemplate from None


def _filled(
    medium: str, options: Mapping[str, Any], language: str, told: Mapping[str, object]
) -> dict[str, Any]:
    """The provider's template of the language; an English one is its own, where there is one."""
    suffix = "_en" if language == "en" and options.get("template_en") else ""
    template = str(options.get(f"template{suffix}") or "")
    if not template:
        return {}
    written = options.get("fields_en") if suffix and options.get("fields_en") else None
    sources = field_sources(written if written is not None else options.get("fields"))
    return {
        "template": template,
        "fields": {name: _field(medium, name, source, told) for name, source in sources.items()},
        "page": str(options.get("page") or ""),
    }


def _field(medium: str, name: str, source: str, told: Mapping[str, object]) -> str:
    value = " ".join(render(source, told).split())
    if medium != "WECHAT":
        return value
    try:
        return wechat_fields.fit(name, value)
    except wechat_fields.Unfit:
        raise BrokenTemplate from None
