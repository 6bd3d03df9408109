"""Earning rules as sentences; what is published stays as it is."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from loyalty.admin import rule_sentences
from loyalty.admin.amount_fields import AmountField
from loyalty.models import EarningRule
from loyalty.services import earning_rules
from members.admin import confirmations, labels
from members.admin.base import ConsoleAdmin


class EarningRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    per_amount = AmountField(
        label=capfirst(_("per amount")), help_text=_("1.00: the points below for each yuan.")
    )


PUBLISH = {
    "title": _("Publish this rule"),
    "description": _(
        "Another person approves it. It then holds from its day on and can't be changed: a "
        "change is a new version."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Ask for approval"),
}


@admin.register(EarningRule)
class EarningRuleAdmin(ConsoleAdmin):
    form = EarningRuleForm
    empty_hint = _("Without a published rule orders earn nothing: add one, then publish it.")
    list_display = ("shown_name", "shown_rule", "version", "shown_state")
    list_filter = ("state",)
    list_select_related = ("program",)
    ordering = (F("valid_from").desc(), "code")
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("program", "code"))}),
        (_("What it gives"), {"fields": (("points", "per_amount"),)}),
        (_("When"), {"fields": (("valid_from", "valid_until"),)}),
    )

    actions_detail = ("publish",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("program", "code") if obj else ()

    def save_model(self, request: HttpRequest, obj: EarningRule, form: Any, change: bool) -> None:
        if not change:
            obj.version = earning_rules.next_version(program_id=obj.program_id, code=obj.code)
        super().save_model(request, obj, form, change)

    def has_publish_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("loyalty.change_earningrule")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """Publishing is offered for drafts; the service refuses others in words."""
        drafts = EarningRule.objects.filter(pk=object_id, state=EarningRule.State.DRAFT)
        return super().get_actions_detail(request, object_id) if drafts.exists() else []

    @action(
        description=_("Publish"),
        url_path="publish",
        icon="publish",
        variant=ActionVariant.PRIMARY,
        permissions=["publish"],
        dialog=PUBLISH,
    )
    def publish(
        self, request: HttpRequest, form: confirmations.RequiredNoteForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=PUBLISH,
            run=lambda: earning_rules.ask_to_publish(
                rule_id=int(object_id),
                reason=form.cleaned_data["note"],
                maker=request.user,
                at=self.now(),
            ),
            done=gettext("Another person was asked to approve it."),
            to=reverse("admin:loyalty_earningrule_change", args=[object_id]),
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
        return rule_sentences.whole(rule)

    @display(
        description=_("state"),
        ordering="state",
        label={"DRAFT": "warning", "PUBLISHED": "success"},
    )
    def shown_state(self, rule: EarningRule) -> labels.Label:
        return labels.label(rule.state, rule.get_state_display())
