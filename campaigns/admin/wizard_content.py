"""Step 3 of the wizard: what members get, for a campaign of one message; journeys of several steps
have their own page (the builder)."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget

from campaigns.admin import wizard_events
from campaigns.admin.choice_cards import Card, ChoiceCards
from campaigns.admin.wizard_forms import Section, StepForm
from campaigns.models import Campaign, MessageTemplate
from campaigns.rules import simple_journeys
from campaigns.rules.journey_reading import MOST_COUNT, MOST_POINTS
from campaigns.rules.journey_steps import Kind, Mode
from loyalty.models import Badge, Benefit, CouponType
from members.admin.row_fields import RowForm, RowsField, RowsWidget
from members.models import Consent, Tag

# What a select can show.
MOST_CHOICES = 500
_GIFTS = (
    ("", _("No gift")),
    ("COUPON", _("A coupon")),
    ("POINTS", _("Points")),
    ("BENEFIT", _("A benefit")),
    ("BADGE", _("A badge")),
    ("TAG", _("A tag")),
)
_MODES = {
    "FIRST": Card(_("By the first of the channels that reaches the member."), "looks_one"),
    "EACH": Card(_("By each of the channels that the member allows."), "dynamic_feed"),
}
_SAME = (
    ("", _("any")),
    ("product", _("of the same product")),
    ("order", _("of the same order")),
)


class MediumForm(RowForm):
    medium = forms.ChoiceField(
        label=_("channel"),
        choices=[("", "–"), *Consent.Medium.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        keep_filled(self, "medium")


class ExitForm(RowForm):
    event = forms.ChoiceField(label=_("a member"), required=False, widget=UnfoldAdminSelectWidget)
    same = forms.ChoiceField(
        label=_("which"), choices=_SAME, required=False, widget=UnfoldAdminSelectWidget
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        fields: Any = self.fields
        kept = self.shared.get("kept", ())
        known = wizard_events.endings()
        codes = {code for code, _name in known}
        fields["event"].choices = [*known, *((one, one) for one in kept if one not in codes)]
        keep_filled(self, "event")


class ContentForm(StepForm):
    """A journey that is more than a gift and a message keeps its steps: `is_simple` is False."""

    sections: ClassVar[Sequence[Section]] = (
        Section(
            _("What is said"),
            ("template", "media", "mode"),
            _("The texts are written once, in both languages, and kept as message templates."),
        ),
        Section(
            _("What is given"),
            ("gift", "coupon", "points", "benefit", "badge", "tag", "count", "days"),
            _("It is given before the message goes out, so that the text can name it."),
        ),
        Section(
            _("When it ends for a member"),
            ("exits",),
            _("At once, whatever is still to come: nobody is asked for what they just did."),
        ),
    )
    shown_when = {
        "coupon": "gift=COUPON",
        "points": "gift=POINTS",
        "benefit": "gift=BENEFIT",
        "badge": "gift=BADGE",
        "tag": "gift=TAG",
        "count": "gift=COUPON,BENEFIT",
        "days": "gift=BENEFIT,TAG",
    }
    wide = ("template", "media", "mode", "exits")

    template = forms.ChoiceField(
        label=_("Message template"), required=False, widget=UnfoldAdminSelectWidget
    )
    media = RowsField(
        RowsWidget(MediumForm, {"add": _("Add a channel"), "remove": _("Take this channel away")}),
        label=_("Channels, in this order"),
        help_text=_("Where one doesn't reach a member, the next one is tried."),
    )
    mode = forms.ChoiceField(
        label=_("One message or several"),
        choices=[("FIRST", _("One message")), ("EACH", _("Several"))],
        widget=ChoiceCards(_MODES),
    )
    gift = forms.ChoiceField(
        label=_("Gift"), choices=_GIFTS, required=False, widget=UnfoldAdminSelectWidget
    )
    coupon = forms.ChoiceField(
        label=_("Coupon type"), required=False, widget=UnfoldAdminSelectWidget
    )
    points = forms.IntegerField(
        label=_("Points"),
        required=False,
        min_value=1,
        max_value=MOST_POINTS,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    benefit = forms.ChoiceField(label=_("Benefit"), required=False, widget=UnfoldAdminSelectWidget)
    badge = forms.ChoiceField(label=_("Badge"), required=False, widget=UnfoldAdminSelectWidget)
    tag = forms.ChoiceField(label=_("Tag"), required=False, widget=UnfoldAdminSelectWidget)
    count = forms.IntegerField(
        label=_("Pieces, or uses"),
        required=False,
        min_value=1,
        max_value=MOST_COUNT,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    days = forms.IntegerField(
        label=_("For days"),
        required=False,
        min_value=1,
        max_value=3_650,
        help_text=_("Empty: without an end of its own."),
        widget=UnfoldAdminIntegerFieldWidget,
    )
    exits = RowsField(
        RowsWidget(ExitForm, {"add": _("Add an end"), "remove": _("Take this end away")}),
        label=_("It ends as soon as"),
    )

    @property
    def is_simple(self) -> bool:
        return simple_journeys.is_simple(self.campaign.steps)

    @classmethod
    def read(cls, campaign: Campaign) -> dict[str, Any]:
        message = simple_journeys.part(campaign.steps, Kind.MESSAGE)
        gift = simple_journeys.part(campaign.steps, Kind.GRANT)
        what = gift.get("what", "")
        media = message.get("media") or [Consent.Medium.INBOX.value]
        return {
            "template": message.get("template", ""),
            "media": [{"medium": one} for one in media],
            "mode": message.get("mode", Mode.FIRST.value),
            "gift": what,
            what.lower() or "-": gift.get("points" if what == "POINTS" else "code"),
            "count": gift.get("count", 1),
            "days": gift.get("days"),
            "exits": campaign.exits,
        }

    def fill(self) -> None:
        fields: Any = self.fields
        kept = [one["event"] for one in self.campaign.exits if one.get("event")]
        fields["exits"].widget.read = lambda: {"kept": kept}
        if not self.is_simple:
            for name in (*self.sections[0].names, *self.sections[1].names):
                del fields[name]
            return
        own = self.initial
        fields["template"].choices = _offered(MessageTemplate.objects.all(), own, "template")
        live = CouponType.objects.filter(state=CouponType.State.LIVE)
        fields["coupon"].choices = _offered(live, own, "coupon")
        fields["benefit"].choices = _offered(Benefit.objects.all(), own, "benefit")
        fields["badge"].choices = _offered(Badge.objects.all(), own, "badge")
        fields["tag"].choices = _offered(Tag.objects.all(), own, "tag")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.is_simple:
            return cleaned
        media = _media(cleaned)
        if cleaned.get("template") and not media and "media" not in self.errors:
            self.add_error("media", _("Choose a channel at least."))
        if len(set(media)) != len(media):
            self.add_error("media", _("Each channel once."))
        return cleaned

    def values(self) -> dict[str, Any]:
        said = self.cleaned_data
        exits = [
            {"event": one["event"], "same": one.get("same", "")}
            for one in said["exits"]
            if one.get("event")
        ]
        if not self.is_simple:
            return {"exits": exits}
        steps = simple_journeys.written(_gift(said), self._message(said), kept=self.campaign.steps)
        return {"exits": exits, "steps": steps}

    def _message(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """With what the form doesn't ask for, as it was kept."""
        if not said["template"]:
            return {}
        kept = simple_journeys.part(self.campaign.steps, Kind.MESSAGE)
        more = {"expires_hours": kept["expires_hours"]} if kept.get("expires_hours") else {}
        return {
            "template": said["template"],
            "media": _media(said),
            "mode": said["mode"],
            **more,
        }


def keep_filled(row: RowForm, name: str) -> None:
    """A row whose select has a value isn't an empty one, which static/console/rows.js takes
    away."""
    value = row.data.get(row.add_prefix(name)) if row.is_bound else row.initial.get(name)
    if value:
        row.fields[name].widget.attrs["data-filled"] = "1"


def _gift(said: Mapping[str, Any]) -> dict[str, Any]:
    """One that isn't chosen yet is kept so: the review tells what is missing."""
    what = said["gift"]
    if not what:
        return {}
    if what == "POINTS":
        return {"what": what, "points": said["points"]}
    gift: dict[str, Any] = {"what": what, "code": said[what.lower()]}
    if what in ("COUPON", "BENEFIT"):
        gift["count"] = said["count"] or 1
    if what in ("BENEFIT", "TAG") and said["days"]:
        gift["days"] = said["days"]
    return gift


def _media(said: Mapping[str, Any]) -> list[str]:
    return [one["medium"] for one in said.get("media") or [] if one.get("medium")]


def _offered(rows: Any, initial: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
    """By code; with the chosen one where it isn't on offer any more."""
    found = {one.code: str(one) or one.code for one in rows.order_by("code")[:MOST_CHOICES]}
    own = initial.get(name) or ""
    more = {} if not own or own in found else {own: own}
    return [("", "–"), *found.items(), *more.items()]
