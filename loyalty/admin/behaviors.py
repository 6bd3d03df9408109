"""Behaviors that earn, as sentences; and what of a member's counted, on their page."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from loyalty.admin import behavior_sentences
from loyalty.errors import UnknownBehavior
from loyalty.models import BehaviorRule
from loyalty.selectors import behaviors
from members.admin import labels
from members.admin.base import ConsoleAdmin
from members.admin.panels import before_id
from members.models import Member
from members.registry import panels
from members.registry.panels import Panel
from members.selectors import completeness

PAGE = 25
_LONGEST_STREAK, _MOST_STEPS = 366, 12
_MISSING: dict[str, Any] = {
    "name": _("name"),
    "birthday": _("birthday"),
    "gender": _("gender"),
    "contact": _("phone or e-mail"),
}


class StreakField(forms.CharField):
    """`7: 20, 30: 100` in the form, {"7": 20, "30": 100} in the column."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            steps = sorted((int(days), points) for days, points in value.items())
            return ", ".join(f"{days}: {points}" for days, points in steps)
        return value

    def clean(self, value: Any) -> Any:
        text = super().clean(value).replace("，", ",").replace("：", ":")
        try:
            steps = [part.split(":") for part in text.split(",") if part.strip()]
            streak = {int(days): int(points) for days, points in steps}
        except ValueError:
            raise forms.ValidationError(
                _("Write the day in a row and its extra points, as 7: 20, 30: 100.")
            ) from None
        fits = all(1 < days <= _LONGEST_STREAK and points > 0 for days, points in streak.items())
        if not fits or len(streak) > _MOST_STEPS:
            raise forms.ValidationError(
                _("Days are from 2 to 366, points above 0, and there are 12 steps at most.")
            )
        return {str(days): streak[days] for days in sorted(streak)}

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class BehaviorRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    streak = StreakField(
        label=capfirst(_("streak")),
        required=False,
        help_text=_("Extra points on the n-th day in a row, as 7: 20, 30: 100. Only once a day."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        limit = cleaned.get("limit") or self.instance.limit
        if cleaned.get("streak") and limit != BehaviorRule.Limit.PER_DAY:
            self.add_error("streak", _("Only what counts once a day has days in a row."))
        from_at, until_at = cleaned.get("valid_from"), cleaned.get("valid_until")
        if from_at and until_at and until_at <= from_at:
            self.add_error("valid_until", _("This lies before the beginning."))
        return cleaned


@admin.register(BehaviorRule)
class BehaviorRuleAdmin(ConsoleAdmin):
    form = BehaviorRuleForm
    empty_hint = _("Add what earns points beside buying: registering, checking in, sharing.")
    list_display = ("shown_name", "shown_kind", "shown_rule", "shown_state")
    list_filter = ("kind", "is_active")
    ordering = ("pk",)
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("program", "code"), ("kind", "limit"))}),
        (_("What it gives"), {"fields": (("points", "qualifying_points"), "streak")}),
        (
            _("At most"),
            {"fields": (("cap_day_points", "cap_month_points", "cap_member_points"),)},
        ),
        (_("When"), {"fields": ("valid_from", "valid_until", "is_active")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        # Awards count once under these.
        return ("program", "code", "kind", "limit") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("behavior"))
    def shown_name(self, rule: BehaviorRule) -> str:
        return rule.name

    @display(description=_("when a member"))
    def shown_kind(self, rule: BehaviorRule) -> str:
        return str(rule.get_kind_display())

    @display(description=_("what it gives"))
    def shown_rule(self, rule: BehaviorRule) -> str:
        return behavior_sentences.rule(rule)

    @display(description=_("state"), label={"on": "success", "off": "warning"})
    def shown_state(self, rule: BehaviorRule) -> labels.Label:
        if rule.is_active:
            return labels.label("on", _("In force"))
        return labels.label("off", _("Off"))


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_member_panel(
        Panel(
            "behaviors",
            _("Earned by behavior"),
            "console/panels/behaviors.html",
            _panel,
            45,
            "loyalty.view_behavioraward",
        )
    )


def _panel(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    page = behaviors.history(member_id=member.pk, before_id=before_id(request), limit=PAGE)
    complete = completeness.of(member=member)
    return {
        "streak": _streak(member, at),
        "percent": complete.percent,
        "missing": [_MISSING[part] for part in complete.missing],
        "rows": [
            {
                "award": award,
                "deed": behavior_sentences.deed(award.rule.kind, award.rule.name),
                "trimmed": behavior_sentences.CAPS.get(award.trimmed_by, ""),
            }
            for award in page.rows
        ],
        "next_before_id": page.next_before_id,
    }


def _streak(member: Member, at: datetime) -> behaviors.Streak | None:
    try:
        return behaviors.check_in_streak(member_id=member.pk, at=at)
    except UnknownBehavior:
        # Check-ins earn nothing now.
        return None
