"""What would happen now, as a waterfall: the audience, each reason that takes some away in the
gate's order, and who would be written to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from campaigns.admin import campaign_words, journey_sentences
from campaigns.services.forecasts import Forecast
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


def shown(
    forecast: Forecast, *, unpriced: Sequence[str] = (), has_prices: bool = True
) -> dict[str, Any]:
    """For the template. `unpriced` are gifts whose cost the largest liability doesn't hold;
    `has_prices` says whether anybody told what messages cost."""
    let_through = forecast.sendable_count + forecast.held_out_count
    arms = _parts(forecast.by_arm, {}, let_through) if len(forecast.by_arm) > 1 else []
    return {
        "forecast": forecast,
        "sent_label": sent_label(forecast),
        "is_sample": forecast.is_sample,
        "bars": bars(forecast),
        "media": _parts(forecast.by_medium, _media(), forecast.sendable_count),
        # One way for everybody is no comparison.
        "arms": [{**one, "label": journey_sentences.arm(one["code"])} for one in arms],
        "cost": campaign_words.amount(forecast.cost_amount) if has_prices else "–",
        "has_prices": has_prices,
        "unpriced": condition_sentences.listed(unpriced),
        "liability": campaign_words.amount(forecast.liability_amount),
    }


def bars(forecast: Forecast) -> list[Bar]:
    """The audience first, then what each reason takes from what the ones before it left."""
    whole = forecast.members_count
    rows = [Bar("audience", _("Audience"), whole, whole, 0, 100 if whole else 0)]
    left = whole
    for code, count in forecast.excluded.items():
        if not count:
            continue
        left -= count
        label = campaign_words.reason(code)
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
    return _("Would be written to") if forecast.has_message else _("Would go through it")


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


def _media() -> Mapping[str, Any]:
    return dict(Consent.Medium.choices)


def _share(count: int, whole: int) -> float:
    return round(100 * count / whole, 2) if whole else 0
