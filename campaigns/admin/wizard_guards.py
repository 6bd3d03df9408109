"""Step 4 of the wizard: consent, hours, caps, comparison, limits."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from campaigns.admin.choice_cards import Card, ChoiceCards
from campaigns.admin.wizard_forms import DAY, ClockField, DurationField, Section, StepForm
from campaigns.models import Campaign
from loyalty.admin import amount_fields
from loyalty.admin.amount_fields import AmountField, HundredthsField
from loyalty.rules import money
from members.admin.row_fields import RowForm, RowsField, RowsWidget
from members.models import Consent

WHOLE = 10_000
MOST_ARMS = 6
_PURPOSES = {
    "MARKETING": Card(_("Offers and news: to whom has allowed marketing."), "campaign"),
    "SERVICE": Card(_("What belongs to an order, a visit or a question."), "support_agent"),
}
_CAPS = {
    "DROP": Card(_("The member has heard enough: this one is lost."), "block"),
    "DEFER": Card(_("It waits, and is dropped when it expires."), "schedule_send"),
    "FALL_BACK": Card(_("Where a channel is full, the next one is tried."), "alt_route"),
}
_LATE = {
    "SKIP": Card(_("Yesterday's news isn't sent: the run is left out."), "event_busy"),
    "SEND": Card(_("It is as good an hour later."), "forward_to_inbox"),
}


class ArmForm(RowForm):
    code = forms.RegexField(
        r"^[a-z][a-z0-9]{0,11}$",
        label=_("letter"),
        required=False,
        error_messages={"invalid": _("A small letter, such as a or b.")},
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "maxlength": 12}),
    )
    share = HundredthsField(label=_("% of members"), required=False, max_value=100)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if code == "control":
            raise forms.ValidationError(_("“control” are those who are held out."))
        return code


class GuardsForm(StepForm):
    sections: ClassVar[Sequence[Section]] = (
        Section(_("Who may be written to"), ("purpose",)),
        Section(
            _("When nobody is disturbed"),
            ("quiet_from", "quiet_until", "expires_hours"),
            _("By the clock of the member's store. What falls into these hours goes out after."),
        ),
        Section(
            _("When a member gets many messages"),
            ("cap_policy", "priority"),
            _("How many are too many is said in the contact policy, for all campaigns together."),
        ),
        Section(
            _("Comparison"),
            ("control_share", "arms"),
            _(
                "Some members get nothing, or something else: only so can it be said what the "
                "campaign has brought. 10 % held out suits most."
            ),
        ),
        Section(_("When a run is found late"), ("late_policy", "late")),
        Section(
            _("Limits"),
            ("audience_limit", "budget_amount", "rate_per_minute"),
            _("Whoever approves it is asked for these figures."),
        ),
    )
    wide = ("purpose", "cap_policy", "arms", "late_policy")

    purpose = forms.ChoiceField(
        label=_("Purpose"),
        choices=[one for one in Consent.Purpose.choices if one[0] in _PURPOSES],
        widget=ChoiceCards(_PURPOSES),
    )
    quiet_from = ClockField(
        label=_("Quiet from"),
        required=False,
        help_text=_("Empty: as the contact policy says. The same twice: no quiet hours."),
    )
    quiet_until = ClockField(label=_("Quiet until"), required=False)
    expires_hours = forms.IntegerField(
        label=_("Dropped after, hours"),
        min_value=1,
        max_value=720,
        help_text=_("A message that couldn't be sent by then isn't sent at all. 48 suits most."),
        widget=UnfoldAdminIntegerFieldWidget,
    )
    cap_policy = forms.ChoiceField(
        label=_("Over the frequency cap"),
        choices=Campaign.CapPolicy.choices,
        widget=ChoiceCards(_CAPS),
    )
    priority = forms.IntegerField(
        label=_("Priority"),
        min_value=1,
        max_value=9,
        help_text=_("1 to 9; of two campaigns for one member the higher one goes first."),
        widget=UnfoldAdminIntegerFieldWidget,
    )
    control_share = HundredthsField(
        label=_("Held out, %"),
        required=False,
        max_value=50,
        help_text=_("0: nobody is held out, and its effect can't be measured."),
    )
    arms = RowsField(
        RowsWidget(ArmForm, {"add": _("Add a variant"), "remove": _("Take this variant away")}),
        label=_("Variants"),
        help_text=_(
            "None: everybody gets the same. Else the shares and the held out make 100 %, and the "
            "journey splits by them."
        ),
    )
    late_policy = forms.ChoiceField(
        label=pgettext_lazy("a run that is late", "Then"),
        choices=Campaign.Late.choices,
        widget=ChoiceCards(_LATE),
    )
    late = DurationField(
        label=_("Late is later than"),
        most_minutes=30 * DAY,
        help_text=_("After the time that it was due."),
    )
    audience_limit = forms.IntegerField(
        label=_("At most members"),
        required=False,
        min_value=1,
        max_value=100_000_000,
        help_text=_("Who comes when it is reached stays out. Empty: what is approved."),
        widget=UnfoldAdminIntegerFieldWidget,
    )
    budget_amount = AmountField(
        required=False,
        help_text=_("What sending may cost. When it is used up, nothing more is sent."),
    )
    rate_per_minute = forms.IntegerField(
        label=_("Messages a minute, at most"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text=_("So that shops and servers can cope with who comes. Empty: no limit."),
        widget=UnfoldAdminIntegerFieldWidget,
    )

    @classmethod
    def read(cls, campaign: Campaign) -> dict[str, Any]:
        plain = [name for name in cls.base_fields if name not in ("seen", "late")]
        return {
            **{name: getattr(campaign, name) for name in plain},
            "late": campaign.late_minutes,
        }

    def fill(self) -> None:
        if not self.campaign.comes_in_runs:
            del self.fields["late_policy"], self.fields["late"]
        symbol = money.symbol(amount_fields.currency())
        told = _("Budget for messages, %(currency)s") % {"currency": symbol}
        self.fields["budget_amount"].label = told

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        quiet = cleaned.get("quiet_from"), cleaned.get("quiet_until")
        if not self.errors.keys() & {"quiet_from", "quiet_until"} and (None in quiet) != (
            quiet == (None, None)
        ):
            missing = "quiet_from" if quiet[0] is None else "quiet_until"
            self.add_error(missing, _("Give both, or neither."))
        self._check_shares(cleaned)
        return cleaned

    def _check_shares(self, cleaned: Mapping[str, Any]) -> None:
        rows = _filled(cleaned)
        if not rows or self.errors.keys() & {"arms", "control_share"}:
            return
        codes = [one["code"] for one in rows]
        if not all(codes) or not all(one.get("share") for one in rows):
            self.add_error("arms", _("Each variant needs a letter and a share."))
        elif len(set(codes)) != len(codes) or len(rows) > MOST_ARMS:
            self.add_error("arms", _("At most six variants, each with a letter of its own."))
        else:
            whole = sum(one["share"] for one in rows) + (cleaned.get("control_share") or 0)
            if whole != WHOLE:
                told = _("Variants and held out make %(percent)s %%; they must make 100 %%.")
                self.add_error("arms", told % {"percent": f"{whole / 100:g}"})

    def values(self) -> dict[str, Any]:
        said = self.cleaned_data
        late = {"late_policy": said["late_policy"]} if "late_policy" in said else {}
        if said.get("late"):
            late["late_minutes"] = said["late"]
        plain = [
            *("purpose", "quiet_from", "quiet_until", "expires_hours", "cap_policy", "priority"),
            *("audience_limit", "budget_amount", "rate_per_minute"),
        ]
        return {
            **{name: said[name] for name in plain},
            **late,
            "control_share": said["control_share"] or 0,
            "arms": [{"code": one["code"], "share": one["share"]} for one in _filled(said)],
        }


def _filled(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [one for one in said.get("arms") or [] if one.get("code") or one.get("share")]
