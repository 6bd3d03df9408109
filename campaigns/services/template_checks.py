"""What is wrong with a template, at which field and line, and how to mend it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from campaigns.registry import variables as registry
from campaigns.rules import text_mistakes, wechat_fields
from campaigns.rules.text_mistakes import Mistake
from campaigns.services import templates
from campaigns.services.templates import BrokenTemplate, MissingVariable

LANGUAGES = ("zh", "en")
MOST_FIELDS = 10
_LONGEST_TEMPLATE = 80


@dataclass(frozen=True)
class Problem:
    """`field` is a column of MessageTemplate, or `SMS.1`, `WECHAT.thing1`, `WECHAT.template`."""

    field: str
    text: str


def problems(frozen: Mapping[str, Any]) -> list[Problem]:
    """All that is wrong with texts in the shape of `templates.freeze`, in the reader's language;
    none: they can be kept."""
    found = [*_of_languages(frozen)]
    for name in ("subject", "body"):
        for language in LANGUAGES:
            found += _of_source(f"{name}_{language}", str(frozen.get(f"{name}_{language}") or ""))
    found += _of_options(frozen)
    return found or [*_of_trial(frozen)]


def _of_languages(frozen: Mapping[str, Any]) -> Iterator[Problem]:
    bodies = {language: str(frozen.get(f"body_{language}") or "") for language in LANGUAGES}
    if not any(body.strip() for body in bodies.values()):
        yield Problem("body_zh", _("Write the text in Chinese, in English, or in both."))
    for language, body in bodies.items():
        if not body.strip() and str(frozen.get(f"subject_{language}") or "").strip():
            text = _("There is a subject but no text: write one, or take the subject away.")
            yield Problem(f"body_{language}", text)


def _of_source(field: str, source: str) -> Iterator[Problem]:
    for mistake in text_mistakes.mistakes(source, known=registry.VARIABLES):
        yield Problem(field, told(mistake))


def told(mistake: Mistake) -> str:
    """The mistake in words, with its line and how to mend it."""
    said = _words()[mistake.code] % {"nearest": "", "tag": "", **mistake.values}
    if nearest := mistake.values.get("nearest"):
        hint = _("Did you mean “%(name)s”?") % {"name": nearest}
        said = f"{said} {hint}"
    return _("Line %(line)s: %(said)s") % {"line": mistake.line, "said": said}


def _words() -> dict[str, str]:
    return {
        "too_long": _("The text is too long: at most %(most)s characters."),
        "output_not_closed": _("“{{” is opened and not closed: put “}}” behind the name."),
        "tag_not_closed": _("“{%%” is opened and not closed: put “%%}” behind it."),
        "block_not_closed": _("A condition or loop has no end: add “{%% %(tag)s %%}”."),
        "tag_without_block": _("“%(tag)s” stands alone: the condition before it is missing."),
        "unknown_tag": _(
            "“%(tag)s” can't be used: take if, unless, case, for or assign. Other templates "
            "can't be read in."
        ),
        "range_out_of_bounds": _("A loop counts between two written numbers, at most 1,000 apart."),
        "too_much_in_loops": _("Too much stands in loops that turn too often."),
        "two_words": _("Two words in a row: join them by “|” if the second one is a filter."),
        "single_equals": _("Compare by “==”."),
        "too_deep": _("Conditions lie in one another more than ten deep."),
        "unreadable": _("This can't be read: see whether a name, a quote or a “|” is missing."),
        "unknown_filter": _("There is no filter “%(name)s”."),
        "unknown_variable": _("There is no variable “%(name)s”: choose one from the list."),
        "has_no_parts": _("“%(name)s” has no parts: write its name alone."),
        "single_braces": _("Variables stand in two braces: “{{ %(name)s }}”."),
    }


def _of_options(frozen: Mapping[str, Any]) -> Iterator[Problem]:
    options = frozen.get("media_options") or {}
    if not isinstance(options, Mapping):
        yield Problem("media_options", _("This has to be an object by channel."))
        return
    for medium in options:
        if medium not in ("SMS", "WECHAT"):
            text = _("“%(name)s” sends the text itself and has no template of a provider.")
            yield Problem("media_options", text % {"name": medium})
            continue
        yield from _of_medium(medium, options[medium])


def _of_medium(medium: str, own: Any) -> Iterator[Problem]:
    if not isinstance(own, Mapping):
        yield Problem("media_options", _("This has to be an object by channel."))
        return
    if not own.get("template"):
        text = _("Give the number of the template that the provider approved.")
        yield Problem(f"{medium}.template", text)
    for name in ("template", "template_en", "page"):
        if len(str(own.get(name) or "")) > _LONGEST_TEMPLATE * (4 if name == "page" else 1):
            yield Problem(f"{medium}.{name}", _("This is too long."))
    for key in ("fields", "fields_en"):
        sources = templates.field_sources(own.get(key))
        if len(sources) > MOST_FIELDS:
            yield Problem(f"{medium}.{key}", _("At most ten fields."))
        for name, source in list(sources.items())[:MOST_FIELDS]:
            yield from _of_field(medium, name, source)


def _of_field(medium: str, name: str, source: str) -> Iterator[Problem]:
    field = f"{medium}.{name}"
    if not source.strip():
        yield Problem(field, _("This field is empty: the provider would refuse the message."))
    if medium == "WECHAT" and not wechat_fields.kind_of(name):
        text = _("WeChat has no such field: take its name from the template, such as thing1.")
        yield Problem(field, text)
        return
    wrong = [*_of_source(field, source)]
    yield from wrong
    if medium == "WECHAT" and source.strip() and not wrong:
        yield from _of_fit(field, name, source)


def _of_fit(field: str, name: str, source: str) -> Iterator[Problem]:
    """With sample values: a kind that a name never fits shows here, not when it is sent."""
    try:
        shown = templates.render(source, _samples("zh"))
        wechat_fields.fit(name, shown)
    except wechat_fields.Unfit as error:
        yield Problem(field, _("WeChat takes here: %(rule)s.") % {"rule": rule_of(error.kind)})
    except (MissingVariable, BrokenTemplate):
        yield Problem(field, _unwritten())


def rule_of(kind: str) -> str:
    """What a field of this kind takes, in words."""
    rules = {
        "thing": _("at most 20 characters; longer ones are cut"),
        "number": _("a number, without a unit"),
        "letter": _("at most 32 Latin letters"),
        "symbol": _("at most 5 signs"),
        "character_string": _("at most 32 digits, letters or signs"),
        "time": _("a time, such as 15:01, or a day with a time"),
        "date": _("a day, such as 2026-12-31"),
        "amount": _("one amount of money: a sign, at most 10 digits, two decimals"),
        "phone_number": _("at most 17 digits and signs"),
        "car_number": _("at most 8 characters"),
        "name": _("at most 10 Chinese or 20 Latin letters"),
        "phrase": _("at most 5 Chinese characters"),
        "const": _("one of the words that the template lists"),
    }
    return rules.get(kind, "")


def _of_trial(frozen: Mapping[str, Any]) -> Iterator[Problem]:
    """Filled with sample values: what can be read may still be too long, or sum up words."""
    for language in LANGUAGES:
        if not str(frozen.get(f"body_{language}") or "").strip():
            continue
        try:
            templates.write_frozen(texts=frozen, language=language, variables=_samples(language))
        except (MissingVariable, BrokenTemplate):
            yield Problem(f"body_{language}", _unwritten())


def _unwritten() -> str:
    return _(
        "With sample values no text comes of it: see whether a filter fits its variable (money, "
        "points and day take figures and days), and whether it isn't empty or too long."
    )


def _samples(language: str) -> dict[str, object]:
    return {"currency": "CNY", **registry.samples(language)}
