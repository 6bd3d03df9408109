"""The member's rewards on their page: what waits first, then what became of the others; and the
dialog that redeems one for them."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from loyalty.admin import reward_sentences, words
from loyalty.models import Redemption, Reward
from loyalty.rules import money
from loyalty.selectors import redemptions
from loyalty.services import programs, redemption_requests
from loyalty.services.documents import Source
from loyalty.services.redemption_requests import MOST_PIECES, Ask
from members.admin import dialogs
from members.admin.panels import before_id
from members.models import Member, User
from members.registry import member_page, panels
from members.registry.member_page import Action, Outcome
from members.registry.panels import Panel
from members.selectors import pages

PAGE = 25
_OPEN = ("REQUESTED", "READY")
_PAST = ("FULFILLED", "CANCELED", "EXPIRED")
_TONES = {
    "READY": "flag-good",
    "REQUESTED": "flag-wait",
    "EXPIRED": "flag-bad",
    "CANCELED": "flag-bad",
}


class RewardField(forms.ModelChoiceField):
    """Live rewards by name, with what they cost."""

    def label_from_instance(self, obj: Reward) -> str:
        told = {"name": obj.name, "price": reward_sentences.price(obj)}
        return _("%(name)s, %(price)s") % told


class RedeemForm(dialogs.DialogForm):
    """Which reward, and how many."""

    reward = RewardField(
        label=gettext_lazy("Reward"),
        queryset=Reward.objects.none(),
        help_text=gettext_lazy("From the catalogue. A price of the member's tier holds."),
        widget=UnfoldAdminSelectWidget,
    )
    quantity = forms.IntegerField(
        label=gettext_lazy("Pieces"),
        min_value=1,
        max_value=MOST_PIECES,
        initial=1,
        widget=UnfoldAdminIntegerFieldWidget(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["reward"]
        live = Reward.objects.filter(state=Reward.State.LIVE)
        field.queryset = live.order_by("position", "-pk")


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_member_panel(
        Panel(
            "rewards",
            gettext_lazy("Rewards"),
            "console/panels/rewards.html",
            context,
            44,
            "loyalty.view_redemption",
        )
    )
    member_page.add_action(
        Action(
            code="redeem_reward",
            title=gettext_lazy("Redeem a reward"),
            description=gettext_lazy(
                "The member's points are spent at once; where money is to be paid too they are "
                "held until it is."
            ),
            submit_text=gettext_lazy("Redeem it"),
            icon="featured_seasonal_and_gifts",
            permission="loyalty.add_redemption",
            form_class=RedeemForm,
            run=_run,
            order=18,
        )
    )


def context(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    """What waits on the first page, the others newest first."""
    before = before_id(request)
    waiting = [] if before else _found(member, _OPEN, at, None, 100)
    page = pages.cut(_found(member, _PAST, at, before, PAGE + 1), limit=PAGE)
    return {
        "waiting": [_shown(one, at) for one in waiting],
        "rows": [_shown(one, at) for one in page.rows],
        "next_before_id": page.next_before_id,
    }


def _found(
    member: Member, states: tuple[str, ...], at: datetime, before: int | None, limit: int
) -> list[Redemption]:
    return redemptions.of_member(
        member_id=member.pk, states=states, at=at, before_id=before or None, limit=limit
    )


def _shown(one: Redemption, at: datetime) -> dict[str, Any]:
    state = redemptions.state_of(redemption=one, at=at)
    cost = words.points(one.points)
    currency = programs.kept().currency
    if one.money_amount:
        cost = f"{cost} + {money.text(one.money_amount, currency, short=True)}"
    back = redemptions.money_back(redemption=one, at=at)
    return {
        "redemption": one,
        "state": Redemption.State(state).label,
        "tone": _TONES.get(state, ""),
        "cost": cost,
        "at": one.fulfilled_at or one.ended_at or one.expires_at,
        "money_back": money.text(back, currency, short=True) if back else "",
    }


def _run(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    reward: Reward = cleaned["reward"]
    ask = Ask(
        reward_uid=reward.uid,
        member_id=member.pk,
        external_id=str(cleaned["submission"]),
        quantity=cleaned["quantity"],
    )
    source = Source(name="console", actor_id=actor.pk)
    made = redemption_requests.request(ask=ask, source=source, at=at)
    told = {"reward": reward.name, "state": made.get_state_display()}
    return Outcome(text=_("Redeemed: %(reward)s. %(state)s") % told)
