"""Step 1 of the wizard: what the campaign is for, and how it is told whether it worked."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from campaigns.admin import campaign_words, wizard_events
from campaigns.admin.choice_cards import Card, ChoiceCards
from campaigns.admin.wizard_forms import Section, StepForm
from campaigns.models import Campaign

LINES = {
    "ACQUIRE": _("Who isn't a member yet becomes one."),
    "ACTIVATE": _("New members complete their profile and buy for the first time."),
    "RETAIN": _("Who buys goes on buying: reminders, birthdays, what was looked at."),
    "UPGRADE": _("Who is near a higher tier gets there."),
    "REFER": _("Members bring friends."),
    "WIN_BACK": _("Who has stopped buying comes back."),
    "SERVICE": _("Messages that belong to something that a member asked for."),
}
_CARDS = {
    goal: Card(line=line, icon=campaign_words.GOAL_ICONS[goal]) for goal, line in LINES.items()
}


class GoalForm(StepForm):
    sections: ClassVar[Sequence[Section]] = (
        Section(_("What it is for"), ("goal",)),
        Section(
            _("What it is called"),
            ("name_zh", "name_en", "code", "description"),
            _("Names are for you and your colleagues; members don't see them."),
        ),
        Section(
            _("When it has worked"),
            ("goal_event", "goal_days", "is_over_at_goal"),
            _("What members do after coming in is counted, and compared with who was held out."),
        ),
    )
    shown_when = {"goal_days": "goal_event=*", "is_over_at_goal": "goal_event=*"}
    wide = ("goal", "description")

    goal = forms.ChoiceField(
        label=_("Goal"), choices=Campaign.Goal.choices, widget=ChoiceCards(_CARDS)
    )
    name_zh = forms.CharField(
        label=_("Name in Chinese"),
        max_length=120,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    name_en = forms.CharField(
        label=_("Name in English"),
        max_length=120,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    code = forms.SlugField(
        label=_("Code"),
        max_length=60,
        help_text=_("Small letters, digits and hyphens; reports and other systems know it by it."),
        error_messages={"invalid": _("Only letters, digits and hyphens, such as spring-2027.")},
        widget=UnfoldAdminTextInputWidget,
    )
    description = forms.CharField(
        label=_("What it does, in a sentence"),
        max_length=200,
        required=False,
        widget=UnfoldAdminTextInputWidget,
    )
    goal_event = forms.ChoiceField(
        label=_("It has worked for a member who"),
        required=False,
        help_text=_("Leave it empty only for messages that want nothing of the member."),
        widget=UnfoldAdminSelectWidget,
    )
    goal_days = forms.IntegerField(
        label=_("Counted for, days"),
        min_value=1,
        max_value=365,
        required=False,
        help_text=_("From coming in. 14 suits most; 30 where people buy seldom."),
        widget=UnfoldAdminIntegerFieldWidget,
    )
    is_over_at_goal = forms.BooleanField(
        label=_("Then it ends for that member"),
        required=False,
        help_text=_("Nobody is reminded of what they have done already."),
        widget=UnfoldBooleanSwitchWidget,
    )

    @classmethod
    def read(cls, campaign: Campaign) -> dict[str, Any]:
        names = [name for name in cls.base_fields if name != "seen"]
        return {name: getattr(campaign, name) for name in names}

    def fill(self) -> None:
        fields: Any = self.fields
        fields["goal_event"].choices = wizard_events.choices(self.campaign.goal_event)

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        taken = Campaign.objects.filter(code=code).exclude(pk=self.campaign.pk)
        if taken.exists():
            raise forms.ValidationError(_("Another campaign has this code."))
        return code

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not cleaned.get("name_zh") and not cleaned.get("name_en"):
            self.add_error("name_en", _("Give it a name, in one language at least."))
        return cleaned

    def values(self) -> dict[str, Any]:
        kept = {name: value for name, value in self.cleaned_data.items() if name != "seen"}
        return {**kept, "goal_days": kept["goal_days"] or 14}
