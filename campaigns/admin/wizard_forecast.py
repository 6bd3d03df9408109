"""What would happen now, as a waterfall: the audience, each reason that takes some away in the
gate's order, and who would be written to; of a journey with several messages each by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from campaigns.admin import campaign_words, effect_words, journey_sentences
from campaigns.services import forecast_figures as figures
from campaigns.services.forecast_figures import Forecast, StepForecast
from members.admin import condition_sentences
from members.models import Consent


@dataclass(frozen=True)
class Bar:
    """One row: `from_percent` and `percent` place its bar in the audience's width."""

    kind: str
    label: str
    count: int
    left: int
    from_percent: float
    percent: float


@dataclass(frozen=True)
class StepRow:
    """One message of the journey: who comes to it, whom it reaches, and why not the others."""

    text: str
    members: str
    reached: str
    media: str
    reasons: str


def shown(
    forecast: Forecast,
    *,
    sentences: Mapping[str, str],
    unpriced: Sequence[str] = (),
    has_prices: bool = True,
    gives: bool = False,
) -> dict[str, Any]:
    """For the template. `sentences` say each step; `unpriced` are gifts whose cost the largest
    liability doesn't hold; `has_prices` says whether anybody told what messages cost,
    `gives` whether the journey gives something."""
    let_through = forecast.sendable_count + forecast.held_out_count
    arms = _parts(forecast.by_arm, {}, let_through) if len(forecast.by_arm) > 1 else []
    return {
        "forecast": forecast,
        "sent_label": sent_label(forecast),
        "is_sample": forecast.is_sample,
        "gives_untold": gives and forecast.has_message and _untold(forecast) > 0,
        "sent_range": _range(forecast.sure_count, forecast.sendable_count),
        "bars": bars(forecast),
        "steps": _steps(forecast, sentences),
        "media": _parts(forecast.by_medium, _media(), _messages_whole(forecast)),
        # One way for everybody is no comparison.
        "arms": [{**one, "label": journey_sentences.arm(one["code"])} for one in arms],
        "cost": campaign_words.amount(forecast.cost_amount) if has_prices else "–",
        "has_prices": has_prices,
        "unpriced": condition_sentences.listed(unpriced),
        "liability": campaign_words.amount(forecast.liability_amount),
    }


def _untold(forecast: Forecast) -> int:
    """Who comes in and gets no message."""
    return sum(n for reason, n in forecast.excluded.items() if reason != figures.LIMIT)


def bars(forecast: Forecast) -> list[Bar]:
    """The audience first, then what each reason takes from what the ones before it left."""
    whole = forecast.members_count
    rows = [Bar("audience", _("Audience"), whole, whole, 0, 100 if whole else 0)]
    left = whole
    for code, count in forecast.excluded.items():
        if not count:
            continue
        left -= count
        label = effect_words.reason(code)
        rows.append(Bar("loss", label, count, left, _share(left, whole), _share(count, whole)))
    if held := forecast.held_out_count:
        left -= held
        label = _("Held out, for comparison")
        rows.append(Bar("held", label, held, left, _share(left, whole), _share(held, whole)))
    sent = forecast.sendable_count
    rows.append(Bar("sent", sent_label(forecast), sent, sent, 0, _share(sent, whole)))
    return rows


def sent_label(forecast: Forecast) -> str:
    """What happens to whom the gate lets through."""
    if not forecast.has_message:
        return _("Would go through it")
    if forecast.sure_count < forecast.sendable_count:
        return _("Would be written to, at most")
    return _("Would be written to")


def _steps(forecast: Forecast, sentences: Mapping[str, str]) -> list[StepRow]:
    """Of one message of which nothing is open the waterfall says all."""
    if len(forecast.steps) == 1 and not forecast.has_ranges:
        return []
    return [_step(one, sentences) for one in forecast.steps]


def _step(one: StepForecast, sentences: Mapping[str, str]) -> StepRow:
    reasons = {effect_words.reason(code): count for code, count in one.excluded.items()}
    if one.held_out_count:
        reasons[_("Held out, for comparison")] = one.held_out_count
    names = _media()
    return StepRow(
        text=sentences.get(one.step, one.step),
        members=_range(one.least_count, one.members_count),
        reached=_range(one.sure_count, one.sendable_count),
        media=_listed({str(names.get(code, code)): n for code, n in one.by_medium.items()}),
        reasons=_listed(reasons),
    )


def _range(least: int, most: int) -> str:
    """`12`, `at most 12`, `3 to 12`."""
    if least == most:
        return f"{most:,}"
    if not least:
        return _("at most %(most)s") % {"most": f"{most:,}"}
    return _("%(least)s to %(most)s") % {"least": f"{least:,}", "most": f"{most:,}"}


def _listed(counts: Mapping[str, int]) -> str:
    return " · ".join(f"{name} {count:,}" for name, count in counts.items())


def _parts(counts: Mapping[str, int], names: Mapping[str, Any], whole: int) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "label": str(names.get(code, code)),
            "count": count,
            "percent": _share(count, whole),
        }
        for code, count in counts.items()
    ]


def _messages_whole(forecast: Forecast) -> int:
    """What a channel's share is of: of one message those who get it, else all messages."""
    if len(forecast.steps) == 1:
        return forecast.sendable_count
    return sum(forecast.by_medium.values())


def _media() -> Mapping[str, Any]:
    return dict(Consent.Medium.choices)


def _share(count: int, whole: int) -> float:
    return round(100 * count / whole, 2) if whole else 0
