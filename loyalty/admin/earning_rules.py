"""Earning rules as sentences; what is published stays as it is."""

from typing import Any

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from loyalty.admin import dry_runs, order_fields, replays, rule_sentences
from loyalty.admin.earning_rule_cells import NAMES as READ_ONLY
from loyalty.admin.earning_rule_cells import RuleCells
from loyalty.admin.earning_rule_forms import EarningRuleForm
from loyalty.models import EarningRule
from loyalty.services import earning_rules
from members.admin import condition_fields, confirmations, labels, publishing
from members.admin.base import ConsoleChangeList
from members.admin.publishing import VersionedAdmin
from members.registry.fields import Words

PUBLISH = {
    "title": _("Publish this rule"),
    "description": _(
        "Another person approves it. It then holds from its day on and can't be changed: a "
        "change is a new version."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Ask for approval"),
}
STOP = {
    "title": _("Stop this rule now"),
    "description": _(
        "It earns nothing from this moment on; what orders have earned stays. A rule that has "
        "not begun becomes a draft again, and the version before it goes on."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Stop the rule"),
}
RENEW = {
    "title": _("New version of this rule"),
    "description": _(
        "A copy as a draft: change it, try it, and publish it in this one's place. This version "
        "goes on until then."
    ),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": _("Make the draft"),
}
COLORS = {"DRAFT": "warning", "PUBLISHED": "success", "RETIRED": "info"}
_State = EarningRule.State
OFFERED: dict[str, frozenset[str]] = {
    _State.DRAFT: frozenset({"publish", "try_draft"}),
    _State.PUBLISHED: frozenset({"new_version", "stop"}),
    _State.RETIRED: frozenset({"new_version"}),
}


class EarningRuleChangeList(ConsoleChangeList):
    """Choices that sentences name are read once for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        said = Words(order_fields.VOCABULARY)
        for rule in self.result_list:
            rule.said = said


@admin.register(EarningRule)
class EarningRuleAdmin(RuleCells, VersionedAdmin):
    form = EarningRuleForm
    offered = OFFERED
    empty_hint = _("Without a published rule orders earn nothing: add one, then publish it.")
    list_display = ("shown_name", "shown_rule", "shown_budget", "version", "shown_state")
    list_filter = ("state", "effect", "group")
    list_select_related = ("program", "group")
    search_fields = ("code", "name_zh", "name_en")
    ordering = (F("valid_from").desc(), "code", "-version")
    autocomplete_fields = ("stores",)
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("program", "code"))}),
        (_("What it gives"), {"fields": ("effect", ("points", "per_amount"), "percent")}),
        (
            _("For which purchases"),
            {"fields": ("condition", ("min_amount", "min_quantity"), "stores")},
        ),
        (_("Together with other rules"), {"fields": ("group",)}),
        (
            _("At most"),
            {
                "fields": (
                    ("cap_order_points", "cap_day_points"),
                    ("cap_month_points", "cap_member_points"),
                    ("budget_points", "budget_mode"),
                )
            },
        ),
        (
            _("How its points live"),
            {"fields": (("pending_days", "validity"), ("validity_count", "validity_rounding"))},
        ),
        (_("When goods come back"), {"fields": ("on_return",)}),
        (_("When"), {"fields": ("valid_from", "valid_until")}),
    )
    published_fieldsets = (
        (None, {"fields": (("shown_name", "shown_state"), ("program", "code", "version"))}),
        (_("The rule"), {"fields": ("shown_sentence",)}),
        (_("Budget and uses"), {"fields": (("shown_budget", "shown_uses"),)}),
    )
    readonly_fields = READ_ONLY
    actions_list = ("try_it", "what_if")
    actions_detail = ("publish", "new_version", "try_draft", "stop")

    def get_queryset(self, request: HttpRequest) -> QuerySet[EarningRule]:
        queryset: QuerySet[EarningRule] = super().get_queryset(request)
        return queryset.prefetch_related("stores", "budgets")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ConsoleChangeList]:
        return EarningRuleChangeList

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "program", "code") if obj else self.readonly_fields

    def save_model(self, request: HttpRequest, obj: EarningRule, form: Any, change: bool) -> None:
        if not change:
            obj.version = earning_rules.next_version(program_id=obj.program_id, code=obj.code)
        super().save_model(request, obj, form, change)

    def spoken(self, request: HttpRequest, object_id: int | None = None) -> HttpResponse:
        """The form as it stands, as a sentence, and what is wrong with its condition."""
        rule = None if object_id is None else get_object_or_404(EarningRule, pk=object_id)
        if not self.has_set_permission(request):
            return JsonResponse({"sentence": "", "problems": []}, status=403)
        form = self.get_form(request, rule, change=rule is not None)(request.POST, instance=rule)
        text = request.POST.get("condition", "")
        told = condition_fields.spoken(text, order_fields.VOCABULARY)
        if not told["problems"] and form.is_valid():
            stores = form.cleaned_data.get("stores", ())
            told["sentence"] = rule_sentences.whole(form.instance, stores=stores)
        return JsonResponse(told)

    publish = publishing.publish_action(
        PUBLISH,
        lambda rule_id, **said: earning_rules.ask_to_publish(rule_id=rule_id, **said),
    )
    new_version = publishing.renew_action(
        RENEW,
        lambda rule_id, *, at: earning_rules.new_version(rule_id=rule_id, at=at),
    )
    stop = publishing.stop_action(
        STOP,
        lambda rule_id, **said: earning_rules.stop(rule_id=rule_id, **said),
        title=_("Stop now"),
        done=_("The rule earns nothing any more."),
    )

    @action(description=_("Try it"), url_path="try", icon="science", permissions=["view"])
    def try_it(self, request: HttpRequest) -> HttpResponse:
        return dry_runs.page(request, at=self.now())

    @action(description=_("Try it"), url_path="try-draft", icon="science", permissions=["view"])
    def try_draft(self, request: HttpRequest, object_id: str) -> HttpResponse:
        there = reverse("admin:loyalty_earningrule_try_it")
        return HttpResponseRedirect(f"{there}?drafts={int(object_id)}")

    @action(description=_("What if"), url_path="what-if", icon="history", permissions=["replay"])
    def what_if(self, request: HttpRequest) -> HttpResponse:
        return replays.page(request, at=self.now())

    def has_replay_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Figures of the whole shop: for those who see its jobs."""
        return request.user.has_perms(("loyalty.view_earningrule", "members.view_job"))

    @display(description=_("state"), ordering="state", label=COLORS)
    def shown_state(self, rule: EarningRule) -> labels.Label:
        return labels.label(rule.state, rule.get_state_display())
