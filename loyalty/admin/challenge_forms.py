"""The form of a challenge and of its prizes: what matters for what it counts."""

from typing import Any, ClassVar

from django import forms
from django.forms.models import BaseInlineFormSet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from loyalty.admin import challenge_fields
from loyalty.admin.amount_fields import AmountField
from loyalty.admin.sentence_forms import SentenceForm, plain
from loyalty.models import BehaviorRule, Challenge, ChallengePrize, Prize
from loyalty.services import challenge_checks
from members.admin.condition_fields import ConditionField

_Counts = Challenge.Counts
_ORDERS = "counts=ORDERS,REPEAT_ORDERS,SPEND,PIECES"
SHOWN_WHEN = {
    "target": "counts=ORDERS,REPEAT_ORDERS,PIECES,BEHAVIORS,FRIENDS",
    "spend_amount": "counts=SPEND",
    "window": "counts=ORDERS,REPEAT_ORDERS,SPEND,PIECES,BEHAVIORS,FRIENDS",
    "is_repeating": "counts=ORDERS,REPEAT_ORDERS,SPEND,PIECES,BEHAVIORS,FRIENDS",
    "behavior": "counts=BEHAVIORS",
    "is_streak": "counts=BEHAVIORS",
    "tier": "counts=TIER",
    "condition": _ORDERS,
    "min_order_amount": _ORDERS,
}
# What a field that isn't asked is set to, so that it decides nothing.
_UNASKED: dict[str, Any] = {
    "window": Challenge.Window.EVER,
    "is_repeating": False,
    "behavior": "",
    "is_streak": False,
    "tier": None,
    "condition": {},
    "min_order_amount": 0,
}
_TEXTS = {
    "no_target": _("The target is at least 1."),
    "unknown_behavior": _("Choose one of the behaviors that earn."),
    "longer_than_window": _("No such window has so many days in a row."),
    "no_tier": _("Say which tier is to be reached."),
    "nothing_left": _("Nobody could ever reach it: leave it empty for no limit."),
    "ends_before_it_begins": _("The end must be after the start."),
    "coupon_type_not_live": _("This coupon type is not live: publish it first."),
    "benefit_not_live": _("This benefit is not live: publish it first."),
    "badge_not_active": _("This badge is not given any more."),
    "first_tier": _("Everybody has the first tier: choose a higher one."),
    "too_many_of_one": _("So many of one prize can't be given: choose fewer."),
    "too_long": _("So many days can't be given: choose fewer."),
    "surprise_joined": _("Nobody can join a surprise: they don't see it."),
}


class ChallengeForm(SentenceForm):
    shown_when = SHOWN_WHEN

    spend_amount = AmountField(
        label=_("Spend to be reached"),
        help_text=_("Net, after returns."),
        required=False,
    )
    behavior = forms.ChoiceField(
        label=_("Behavior"), required=False, widget=UnfoldAdminSelectWidget
    )
    min_order_amount = AmountField(
        label=_("Orders from"),
        help_text=_("What an order is worth at least to count, after returns; 0: any."),
        required=False,
        initial=0,
    )
    condition = ConditionField(
        vocabulary=challenge_fields.CODE,
        label=_("Which orders"),
        help_text=_("Conditions on goods choose the goods whose spend and pieces count."),
    )

    class Meta:
        widgets = {
            "description_zh": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
            "description_en": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        }
        help_texts = {
            "target": _("So many of what it counts."),
            "code": _("The API knows it by this: lower case, without blanks."),
            "window": _("Days, weeks and months of the programme's calendar."),
            "limit_times": _("In all, over all windows. Empty: any number."),
            "for_tier": _("Judged when the order arrives. Empty: everybody."),
            "for_tag": _("Judged when the order arrives. Empty: everybody."),
            "valid_from": _("Empty: from going live on. It never counts what was before that."),
            "valid_until": _("The first moment that no longer counts. Empty: until it is stopped."),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("tier", "for_tier", "for_tag"):
            plain(self.fields.get(name), SHOWN_WHEN.get(name))
        if "behavior" in self.fields:
            behavior: Any = self.fields["behavior"]
            behavior.choices = _behaviors()
        if "spend_amount" in self.fields and self.instance.counts == _Counts.SPEND:
            self.fields["spend_amount"].initial = self.instance.target
        if "target" in self.fields:
            self.fields["target"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "counts" not in self.fields:
            return cleaned
        counts = cleaned.get("counts", "")
        if counts == _Counts.SPEND:
            cleaned["target"] = cleaned.get("spend_amount") or 0
        elif counts == _Counts.TIER:
            cleaned["target"] = 1
        if not (cleaned.get("name_zh") or cleaned.get("name_en")):
            self.add_error("name_en", gettext("Give it a name in one language at least."))
        for name, value in _UNASKED.items():
            is_asked = counts in SHOWN_WHEN[name].removeprefix("counts=").split(",")
            if name not in self.errors and (not is_asked or cleaned.get(name) is None):
                cleaned[name] = value
        return cleaned

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if "counts" not in self.fields or self.errors:
            return
        for name, problem, message in challenge_checks.problems(self.instance):
            is_spend = name == "target" and self.instance.counts == _Counts.SPEND
            shown = "spend_amount" if is_spend else name
            if shown in self.fields and shown not in self.errors:
                self.add_error(shown, str(_TEXTS.get(problem, message)))


class PrizeForm(forms.ModelForm):  # type: ignore[type-arg]
    """What one prize is; only its own column is kept."""

    # Of the same row: static/console/shown_when.js.
    shown_when: ClassVar[dict[str, str]] = {
        "points": ".what=POINTS",
        "coupon_type": ".what=COUPON",
        "tier": ".what=TIER",
        "benefit": ".what=BENEFIT",
        "badge": ".what=BADGE",
        "count": ".what=COUPON,BENEFIT",
        "days": ".what=TIER,BENEFIT",
    }

    class Media:
        js = ("console/shown_when.js",)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, when in self.shown_when.items():
            plain(self.fields.get(name), when)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        own = {
            Prize.What.COUPON: "coupon_type",
            Prize.What.TIER: "tier",
            Prize.What.BENEFIT: "benefit",
            Prize.What.BADGE: "badge",
        }
        what = cleaned.get("what")
        for kind, name in own.items():
            if kind != what:
                cleaned[name] = None
            elif not cleaned.get(name) and name not in self.errors:
                self.add_error(name, gettext("Say which one."))
        if what != Prize.What.POINTS:
            cleaned["points"] = 0
        elif not cleaned.get("points") and "points" not in self.errors:
            self.add_error("points", gettext("Say how many points."))
        return cleaned


class PrizeFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """A coupon type or a badge that nobody gets any more is no prize."""

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if not self._goes(form)]
        for form in kept:
            for _name, problem, message in challenge_checks.dead(form.instance):
                form.add_error(None, str(_TEXTS.get(problem, message)))

    def _goes(self, form: Any) -> bool:
        cleaned = getattr(form, "cleaned_data", None)
        return not cleaned or bool(cleaned.get("DELETE")) or bool(form.errors)

    def prizes(self) -> list[ChallengePrize]:
        """Those that are written in the form."""
        return [form.instance for form in self.forms if not self._goes(form)]


def _behaviors() -> list[tuple[str, str]]:
    rows = BehaviorRule.objects.filter(program__is_current=True, is_active=True).order_by("code")
    known = {row.code: row.name for row in rows}
    return [("", "–"), *known.items()]
