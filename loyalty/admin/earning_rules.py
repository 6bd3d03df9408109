"""Earning rules as sentences; what is published stays as it is."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from loyalty.admin import program_sentences
from loyalty.admin.amount_fields import AmountField
from loyalty.models import EarningRule
from members.admin.base import ConsoleAdmin


class EarningRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    per_amount = AmountField(
        label=_("per amount"), help_text=_("1.00: the points below for each yuan.")
    )


@admin.register(EarningRule)
class EarningRuleAdmin(ConsoleAdmin):
    form = EarningRuleForm
    empty_hint = _("Without a published rule orders earn nothing: add one, then publish it.")
    list_display = ("shown_name", "shown_rule", "version", "shown_state")
    list_filter = ("state",)
    list_select_related = ("program",)
    ordering = (F("valid_from").desc(), "code")
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("program", "code"), "version")}),
        (_("What it gives"), {"fields": (("points", "per_amount"),)}),
        (_("When"), {"fields": (("valid_from", "valid_until"),)}),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An order keeps the version that it was judged by: only drafts change."""
        if obj is not None and obj.state != EarningRule.State.DRAFT:
            return False
        allowed: bool = super().has_change_permission(request, obj)
        return allowed

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None or obj.state != EarningRule.State.DRAFT:
            return False
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed

    @display(description=_("rule"))
    def shown_name(self, rule: EarningRule) -> str:
        return rule.name

    @display(description=_("what it gives"))
    def shown_rule(self, rule: EarningRule) -> str:
        return program_sentences.rule(rule)

    @display(
        description=_("state"),
        ordering="state",
        label={"DRAFT": "warning", "PUBLISHED": "success"},
    )
    def shown_state(self, rule: EarningRule) -> tuple[str, str]:
        return rule.state, rule.get_state_display()
