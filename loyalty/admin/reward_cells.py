"""Columns and read-only fields of rewards."""

from datetime import datetime

from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from loyalty.admin import reward_sentences
from loyalty.models import Reward
from loyalty.rules import calendar, money
from loyalty.selectors import rewards as selector
from loyalty.services import programs
from members.admin import drawn, labels

COLORS = {"DRAFT": "warning", "LIVE": "success", "STOPPED": "info"}
NAMES = (
    "shown_code",
    "shown_state",
    "shown_sentence",
    "shown_terms",
    "shown_left",
    "shown_figures",
    "shown_preview",
)


class RewardCells:
    """For the page of rewards."""

    @display(description=_("reward"), header=True)
    def shown_title(self, reward: Reward) -> list[str]:
        return [reward.name, reward.code]

    @display(description=_("code"))
    def shown_code(self, reward: Reward) -> str:
        return reward.code

    @display(description=_("what it costs"))
    def shown_what(self, reward: Reward) -> str:
        return reward_sentences.whole(reward)

    @display(description=_("the whole reward"))
    def shown_sentence(self, reward: Reward) -> SafeString:
        return format_html('<p class="console-step">{}</p>', reward_sentences.whole(reward))

    @display(description=_("what else holds"))
    def shown_terms(self, reward: Reward) -> SafeString:
        lines = [(line,) for line in _terms(reward)]
        return format_html_join("", '<p class="console-step">{}</p>', lines)

    @display(description=_("state"), ordering="state", label=COLORS)
    def shown_state(self, reward: Reward) -> labels.Label:
        return labels.label(reward.state, reward.get_state_display())

    @display(description=_("pieces redeemed"))
    def shown_redeemed(self, reward: Reward) -> str:
        return f"{reward.__dict__.get('redeemed_count', 0):,}"

    @display(description=_("left"))
    def shown_left(self, reward: Reward) -> str:
        if reward.stock_count is None:
            return gettext("without an end")
        left = reward.stock_count
        if reward.state != Reward.State.DRAFT:
            known = reward.__dict__.get("left_count")
            left = _left(reward) if known is None else known
        told = {"left": f"{left:,}", "all": f"{reward.stock_count:,}"}
        return gettext("%(left)s of %(all)s") % told

    @display(description=_("what became of it"))
    def shown_figures(self, reward: Reward) -> SafeString:
        def draw() -> str:
            shown = {"periods": periods(reward, timezone.now())}
            return render_to_string("console/reward_figures.html", shown)

        return SafeString(drawn.once(reward, "drawn", draw))

    @display(description=_("as a member sees it"))
    def shown_preview(self, reward: Reward) -> SafeString:
        if not reward.pk:
            return SafeString("–")
        shown = {
            "reward": reward,
            "price": reward_sentences.price(reward),
            "terms": _terms(reward),
        }
        return SafeString(render_to_string("console/reward_preview.html", shown))


def _left(reward: Reward) -> int:
    def count() -> int:
        return selector.left_counts(rewards=[reward], at=timezone.now()).get(reward.pk, 0)

    found: int = drawn.once(reward, "left_told", count)
    return found


def periods(reward: Reward, at: datetime) -> list[dict[str, object]]:
    """Redemptions by the day on which they were asked for, from today back to all of them."""
    zone, currency = programs.kept().zone, programs.kept().currency
    today = calendar.local_day(at, zone)
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    before = calendar.add_months(month, -1)
    spans = (
        (gettext("Today"), calendar.start_of_day(today, zone), at),
        (gettext("This month"), calendar.start_of_day(month, zone), at),
        (
            gettext("Last month"),
            calendar.start_of_day(before, zone),
            calendar.start_of_day(month, zone),
        ),
        (gettext("This year"), calendar.start_of_day(year, zone), at),
        (gettext("In all"), None, at),
    )
    found = selector.figures(
        reward_id=reward.pk,
        spans=[selector.Span(since, until) for _label, since, until in spans],
        at=at,
    )
    return [
        {
            "label": span[0],
            "pieces": f"{one.pieces_count:,}",
            "points": f"{one.points:,}",
            "money": money.text(one.money_amount, currency, short=True),
            "fulfilled": f"{one.by_state.get('FULFILLED', 0):,}",
            "canceled": f"{one.by_state.get('CANCELED', 0):,}",
            "expired": f"{one.by_state.get('EXPIRED', 0):,}",
        }
        for span, one in zip(spans, found, strict=True)
    ]


def _terms(reward: Reward) -> list[str]:
    found: list[str] = drawn.once(reward, "terms_told", lambda: reward_sentences.terms(reward))
    return found
