"""Step 2 of the wizard: when members come in, and who they are."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from analytics.models import Segment
from campaigns.admin import event_words, wizard_entry, wizard_events
from campaigns.admin.choice_cards import Card, ChoiceCards
from campaigns.admin.wizard_forms import (
    ClockField,
    DurationField,
    InstantField,
    Section,
    StepForm,
)
from campaigns.models import Campaign
from campaigns.rules import entries
from loyalty.rules import money
from loyalty.services import programs
from members.admin.condition_fields import ConditionField, ConditionWidget
from members.admin.long_choices import LongChoices
from members.models import Store
from members.registry import member_fields
from members.registry.fields import Words

_CARDS = {
    "NOW": Card(_("As soon as it is approved, to everybody it is for."), "send"),
    "AT": Card(_("On a day and at an hour that you choose."), "event"),
    "RECURRING": Card(_("Every week or month; each time a new audience."), "event_repeat"),
    "EVENT": Card(_("One by one, as members buy, look at things, join …"), "bolt"),
    "DATE": Card(_("Before, on or after a birthday or the day of joining."), "cake"),
    "STATE": Card(_("Looked at every day: dormant, near a tier, points lapsing …"), "troubleshoot"),
}
_EVENT, _REPEATED = "entry=EVENT", "entry=RECURRING"
_CLOCKED = "entry=RECURRING,DATE,STATE"
_LASTING = "entry=RECURRING,EVENT,DATE,STATE"


class AudienceForm(StepForm):
    sections: ClassVar[Sequence[Section]] = (
        Section(_("When it begins"), ("entry",)),
        Section(
            _("When exactly"),
            (
                *("at", "repeats", "weekdays", "month_days", "date", "when", "days", "clock"),
                *("event", "behavior", "times", "within", "is_same", "only_where"),
                *("without_event", "without_behavior", "without_within", "keys"),
            ),
            shown_when="entry=AT,RECURRING,EVENT,DATE,STATE",
        ),
        Section(_("For how long"), ("starts_at", "ends_at", "re_entry_days"), shown_when=_LASTING),
        Section(
            pgettext_lazy("is a campaign for", "Who"),
            ("segment", "condition", "stores"),
            _("A segment, a condition, or both: then a member must meet both."),
        ),
    )
    shown_when = {
        "at": "entry=AT",
        "repeats": _REPEATED,
        "weekdays": f"{_REPEATED}&repeats=WEEK",
        "month_days": f"{_REPEATED}&repeats=MONTH",
        "clock": _CLOCKED,
        "event": _EVENT,
        "behavior": f"{_EVENT}&event={event_words.NOTICED}",
        "only_where": _EVENT,
        "times": _EVENT,
        "within": _EVENT,
        "is_same": _EVENT,
        "without_event": _EVENT,
        "without_behavior": f"{_EVENT}&without_event={event_words.NOTICED}",
        "without_within": f"{_EVENT}&without_event=*",
        "keys": _EVENT,
        "date": "entry=DATE",
        "when": "entry=DATE",
        "days": "entry=DATE",
        "starts_at": _LASTING,
        "ends_at": _LASTING,
        "re_entry_days": "entry=RECURRING,EVENT,STATE",
    }
    wide = ("entry", "condition", "stores", "weekdays", "keys")

    entry = forms.ChoiceField(
        label=_("Begins"), choices=Campaign.Entry.choices, widget=ChoiceCards(_CARDS)
    )
    at = InstantField(
        label=pgettext_lazy("a day", "On"),
        required=False,
        help_text=_("By the clock of the programme's time zone."),
    )
    repeats = forms.ChoiceField(
        label=_("Repeats"),
        required=False,
        choices=[("WEEK", _("On days of the week")), ("MONTH", _("On days of the month"))],
        widget=UnfoldAdminSelectWidget,
    )
    weekdays = forms.MultipleChoiceField(
        label=_("Days of the week"),
        required=False,
        choices=[(str(number), name) for number, name in WEEKDAYS.items()],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    month_days = forms.CharField(
        label=_("Days of the month"),
        required=False,
        max_length=120,
        help_text=_("With commas between them, such as 1, 15. 31 is the last day of the month."),
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )
    clock = ClockField(
        label=_("At"), required=False, help_text=_("By the clock of the programme's time zone.")
    )
    event = forms.ChoiceField(label=_("A member"), required=False, widget=UnfoldAdminSelectWidget)
    behavior = forms.ChoiceField(
        label=_("Which behavior"), required=False, widget=UnfoldAdminSelectWidget
    )
    times = forms.IntegerField(
        label=pgettext_lazy("within a time", "How often"),
        required=False,
        min_value=1,
        max_value=entries.MOST_TIMES,
        help_text=_("1: each time."),
        widget=UnfoldAdminIntegerFieldWidget,
    )
    within = DurationField(
        label=pgettext_lazy("a time", "Within"),
        most_minutes=entries.MOST_MINUTES,
        help_text=_("Asked where it has to happen more than once."),
    )
    is_same = forms.BooleanField(
        label=_("Always the same product"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    only_where = forms.CharField(
        label=_("Only where"),
        required=False,
        max_length=1_000,
        help_text=_("What the event must say, one a line, such as: to_tier = gold"),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2, "spellcheck": "false"}),
    )
    without_event = forms.ChoiceField(
        label=_("And doesn't, afterwards"), required=False, widget=UnfoldAdminSelectWidget
    )
    without_behavior = forms.ChoiceField(
        label=_("Which behavior"), required=False, widget=UnfoldAdminSelectWidget
    )
    without_within = DurationField(
        label=_("Waited for"),
        most_minutes=entries.MOST_MINUTES,
        help_text=_("Who does it within this time is not written to."),
    )
    keys = forms.MultipleChoiceField(
        label=_("Once for each"),
        required=False,
        choices=list(wizard_entry.KEYS.items()),
        help_text=_("Nothing chosen: every time it happens."),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    date = forms.ChoiceField(
        label=_("The member's"),
        required=False,
        choices=list(wizard_entry.DATES.items()),
        widget=UnfoldAdminSelectWidget,
    )
    when = forms.ChoiceField(
        label=_("Before or after"),
        required=False,
        choices=[("BEFORE", _("days before")), ("AFTER", _("days after, or on the day"))],
        widget=UnfoldAdminSelectWidget,
    )
    days = forms.IntegerField(
        label=_("Days"),
        required=False,
        min_value=0,
        max_value=entries.MOST_DAYS - 1,
        help_text=_("0: on the day itself."),
        widget=UnfoldAdminIntegerFieldWidget,
    )
    starts_at = InstantField(label=_("Not before"), required=False)
    ends_at = InstantField(
        label=_("Until"), required=False, help_text=_("Empty: until somebody stops it.")
    )
    re_entry_days = forms.IntegerField(
        label=_("The same member again after, days"),
        required=False,
        min_value=1,
        max_value=3_650,
        help_text=_("Empty: who comes to be so once; else each time, or once for what is chosen."),
        widget=UnfoldAdminIntegerFieldWidget,
    )
    segment = forms.ChoiceField(label=_("Segment"), required=False, widget=UnfoldAdminSelectWidget)
    condition = ConditionField(vocabulary=member_fields.CODE, label=_("Condition"))
    stores = forms.MultipleChoiceField(
        label=_("Stores, for a pilot"),
        required=False,
        help_text=_("To try it out on members of some stores first. None chosen: all."),
        widget=LongChoices,
    )

    @classmethod
    def read(cls, campaign: Campaign) -> dict[str, Any]:
        plain = ("entry", "starts_at", "ends_at", "re_entry_days", "condition")
        zone = programs.kept().zone
        return {
            **{name: getattr(campaign, name) for name in plain},
            **wizard_entry.read(campaign.entry, campaign.entry_rule, zone=zone),
            "segment": campaign.segment.code if campaign.segment else "",
            "stores": [one.code for one in campaign.stores.all()],
        }

    def fill(self) -> None:
        fields: Any = self.fields
        rule = self.campaign.entry_rule
        without = rule.get("without") or {}
        fields["event"].choices = wizard_events.entering(rule.get("event", ""))
        fields["without_event"].choices = wizard_events.entering(without.get("event", ""))
        fields["behavior"].choices = wizard_events.behaviors()
        fields["without_behavior"].choices = fields["behavior"].choices
        said = Words(member_fields.vocabulary())
        fields["segment"].choices = _segments(said, self.initial.get("segment", ""))
        stores = Store.objects.order_by("code")
        said.know("store.code", {one.code: one.name for one in stores})
        fields["stores"].choices = list(said.choices("store.code").items())
        fields["stores"].widget.words = {one.code: one.city for one in stores}
        widget: ConditionWidget = fields["condition"].widget
        widget.url = reverse("admin:campaigns_campaign_spoken", args=[self.campaign.pk])
        widget.words, widget.digits = said, money.digits(programs.kept().currency)

    def clean_month_days(self) -> str:
        text: str = self.cleaned_data["month_days"]
        if wizard_entry.numbers(text) is None:
            raise forms.ValidationError(_("Numbers with commas between them, please: 1, 15"))
        return text

    def clean_only_where(self) -> str:
        text: str = self.cleaned_data["only_where"]
        if wizard_entry.pairs(text) is None:
            raise forms.ValidationError(_("One a line, with an equals sign: to_tier = gold"))
        return text

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        starts, ends = cleaned.get("starts_at"), cleaned.get("ends_at")
        if starts and ends and ends <= starts:
            self.add_error("ends_at", _("It ends before it starts."))
        kind = cleaned.get("entry", "")
        found = wizard_entry.problem(kind, self._rule(kind)) if kind else None
        if found and found[0] not in self.errors:
            self.add_error(*found)
        return cleaned

    def values(self) -> dict[str, Any]:
        said = self.cleaned_data
        is_lasting = said["entry"] not in (Campaign.Entry.NOW, Campaign.Entry.AT)
        lasting = ("starts_at", "ends_at", "re_entry_days")
        return {
            "entry": said["entry"],
            "entry_rule": self._rule(said["entry"]),
            "segment": Segment.objects.get(code=said["segment"]) if said["segment"] else None,
            "condition": said["condition"],
            **{name: said[name] if is_lasting else None for name in lasting},
        }

    def store_ids(self) -> tuple[int, ...]:
        rows = Store.objects.filter(code__in=self.cleaned_data["stores"])
        return tuple(rows.values_list("pk", flat=True))

    def _rule(self, kind: str) -> dict[str, Any]:
        kept = self.campaign.entry_rule if kind == self.campaign.entry else {}
        return wizard_entry.written(kind, self.cleaned_data, kept=kept)


def _segments(said: Words, own: str) -> list[tuple[str, Any]]:
    """Those that live, and the chosen one where it was put away since."""
    living = said.choices("segments")
    more = {} if not own or own in living else {own: own}
    empty = ("", _("No segment: whoever meets the condition"))
    return [empty, *living.items(), *more.items()]
