"""Whether a campaign's templates fit it: texts without mistakes, which name nothing that the
campaign never tells, and providers' templates for the channels that need one."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from campaigns.models import Campaign, MessageTemplate
from campaigns.registry import variables as registry
from campaigns.rules.journey_steps import Grant, Kind, Message
from campaigns.rules.journeys import Flow
from campaigns.services import template_checks, templates
from campaigns.services.template_checks import LANGUAGES
from campaigns.services.templates import BrokenTemplate, MissingVariable
from campaigns.transports.registry import TRANSPORTS


def problems(campaign: Campaign, flow: Flow) -> Iterator[tuple[str, str]]:
    """(step, what is wrong and how to mend it), in the order of the steps. One query."""
    messages = [one for one in flow.of_kind(Kind.MESSAGE) if isinstance(one, Message)]
    rows = MessageTemplate.objects.in_bulk([one.template for one in messages], field_name="code")
    known = offered(campaign, flow)
    for step in messages:
        row = rows.get(step.template)
        if row is not None:
            for said in _of_step(step, templates.freeze(row), known):
                yield step.id, _("Template “%(name)s”: %(said)s") % {"name": row.name, "said": said}


def offered(campaign: Campaign, flow: Flow) -> frozenset[str]:
    """The names of all variables that a text of this campaign may use."""
    gifts = {one.what for one in flow.of_kind(Kind.GRANT) if isinstance(one, Grant)}
    return offered_with(campaign, gifts)


def offered_with(campaign: Campaign, gifts: Collection[str]) -> frozenset[str]:
    """The same where its steps give `gifts`; also of a draft whose steps aren't complete."""
    event = str((campaign.entry_rule or {}).get("event") or "")
    return frozenset(one.name for one in registry.offered(event=event, gifts=gifts))


def never_told(
    texts: Mapping[str, Any], known: Collection[str], media: Sequence[str]
) -> frozenset[str]:
    """Variables without which no member at all could be written to. Those that a text says
    something else for are none."""
    lacking: set[str] = set()
    for language in LANGUAGES:
        if not texts.get(f"body_{language}"):
            continue
        samples = registry.samples(language)
        told = {"currency": "CNY", **{name: samples[name] for name in known}}
        for medium in ("", *media):
            try:
                templates.write_frozen(
                    texts=texts, language=language, variables=told, medium=medium
                )
            except MissingVariable:
                lacking |= templates.needed_of(texts, media=[medium]) - set(known)
            except BrokenTemplate:
                continue
    return frozenset(lacking)


def _of_step(step: Message, texts: Mapping[str, Any], known: frozenset[str]) -> Iterator[str]:
    mistakes = template_checks.problems(texts)
    if mistakes:
        yield mistakes[0].text
        return
    if names := never_told(texts, known, step.media):
        comma = pgettext("between items of a list", ", ")
        labels = comma.join(str(registry.VARIABLES[name].label) for name in sorted(names))
        yield _(
            "nothing in this campaign tells %(names)s, so that nobody would get it. Take it out, "
            "give it a default, or choose what tells it."
        ) % {"names": labels}
    for medium in step.media:
        own = (texts.get("media_options") or {}).get(medium) or {}
        if _needs_template(medium) and not own.get("template"):
            yield _(
                "%(channel)s sends approved templates only, and its number isn't given: nothing "
                "would go out there."
            ) % {"channel": medium}


def _needs_template(medium: str) -> bool:
    """A channel that isn't set up is passed over by the gate, and may stay in the list."""
    transport = TRANSPORTS.get(medium)
    return transport is not None and not transport.lacks() and transport.needs_template()
