"""Earning rules as sentences; what is published stays as it is."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from loyalty.admin import dry_runs, order_fields, replays, rule_sentences
from loyalty.admin.earning_rule_cells import NAMES as READ_ONLY
from loyalty.admin.earning_rule_cells import RuleCells
from loyalty.admin.earning_rule_forms import EarningRuleForm
from loyalty.models import EarningRule
from loyalty.services import earning_rules
from members.admin import condition_fields, confirmations, dialogs, labels
from members.admin.base import ConsoleAdmin, ConsoleChangeList, operator_of
from members.errors import DomainError
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
class EarningRuleAdmin(RuleCells, ConsoleAdmin):
    form = EarningRuleForm
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

    def get_urls(self) -> list[URLPattern]:
        spoken = require_POST(self.admin_site.admin_view(self.spoken))
        own = [
            path("spoken/", spoken, name="loyalty_earningrule_spoken_new"),
            path("<int:object_id>/spoken/", spoken, name="loyalty_earningrule_spoken"),
        ]
        return [*own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[EarningRule]:
        queryset: QuerySet[EarningRule] = super().get_queryset(request)
        return queryset.prefetch_related("stores", "budgets")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ConsoleChangeList]:
        return EarningRuleChangeList

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return self.published_fieldsets
        return super().get_fieldsets(request, obj)

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

    def has_set_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("loyalty.change_earningrule")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """What fits the rule's state; the service refuses the rest in words."""
        rule = EarningRule.objects.filter(pk=object_id).first()
        offered = OFFERED[rule.state] if rule else frozenset()
        found = super().get_actions_detail(request, object_id)
        return [one for one in found if one.action_name.rpartition("earningrule_")[2] in offered]

    @action(
        description=_("Publish"),
        url_path="publish",
        icon="publish",
        variant=ActionVariant.PRIMARY,
        permissions=["set"],
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
                maker=operator_of(request),
                at=self.now(),
            ),
            done=gettext("Another person was asked to approve it."),
            to=_page(object_id),
        )

    @action(
        description=_("New version"),
        url_path="new-version",
        icon="content_copy",
        permissions=["set"],
        dialog=RENEW,
    )
    def new_version(
        self, request: HttpRequest, form: confirmations.ConfirmForm, object_id: str
    ) -> HttpResponse:
        try:
            draft = earning_rules.new_version(rule_id=int(object_id), at=self.now())
        except DomainError as error:
            return dialogs.refused(request, RENEW, form, error)
        messages.success(request, gettext("This is the draft of the next version."))
        return dialogs.go_to(_page(draft.pk))

    @action(
        description=_("Stop now"),
        url_path="stop",
        icon="stop_circle",
        variant=ActionVariant.DANGER,
        permissions=["set"],
        dialog=STOP,
    )
    def stop(
        self, request: HttpRequest, form: confirmations.RequiredNoteForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=STOP,
            run=lambda: earning_rules.stop(
                rule_id=int(object_id),
                reason=form.cleaned_data["note"],
                actor=operator_of(request),
                at=self.now(),
            ),
            done=gettext("The rule earns nothing any more."),
            to=_page(object_id),
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

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An order keeps the version that it was judged by: only drafts change."""
        if obj is not None and obj.state != _State.DRAFT:
            return False
        allowed: bool = super().has_change_permission(request, obj)
        return allowed

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None or obj.state != _State.DRAFT:
            return False
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed

    @display(description=_("state"), ordering="state", label=COLORS)
    def shown_state(self, rule: EarningRule) -> labels.Label:
        return labels.label(rule.state, rule.get_state_display())


def _page(rule_id: Any) -> str:
    return reverse("admin:loyalty_earningrule_change", args=[rule_id])
