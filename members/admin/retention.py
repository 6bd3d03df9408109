"""How long which data are kept; what a run would remove, and the run itself."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from members.admin import dialogs
from members.admin.base import ConsoleAdmin, KeysetAdmin, operator_of
from members.admin.checked_forms import CheckedForm
from members.errors import DomainError
from members.models import Job, LegalHold, RetentionRule
from members.registry import privacy
from members.services import retention


class RuleForm(CheckedForm):
    class Meta:
        model = RetentionRule
        fields = ("days", "is_active")

    @staticmethod
    def check(instance: RetentionRule) -> None:
        retention.check(category=instance.category, days=instance.days)


@admin.register(RetentionRule)
class RetentionRuleAdmin(ConsoleAdmin):
    form = RuleForm
    empty_hint = gettext_lazy("“manage.py set_up” adds a rule for everything that ages.")
    list_display = (
        "shown_category", "days", "shown_minimum", "is_active", "last_run_at", "removed_count",
    )  # fmt: skip
    ordering = ("category",)
    fieldsets = (
        (None, {"fields": ("shown_category", ("days", "shown_minimum"), "is_active")}),
        (None, {"fields": (("last_run_at", "removed_count"),)}),
    )
    readonly_fields = ("shown_category", "shown_minimum", "last_run_at", "removed_count")
    actions_list = ("see_due",)

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.due_view)
        own = path("due/", page, name="members_retentionrule_due")
        return [own, *super().get_urls()]

    @action(
        description=gettext_lazy("What a run would remove"),
        url_path="see-due",
        icon="preview",
        permissions=["view"],
    )
    def see_due(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:members_retentionrule_due"))

    def due_view(self, request: HttpRequest) -> HttpResponse:
        """The dry run; by POST, the run: a job that can be watched and canceled."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method == "POST":
            return self._start(request)
        jobs = Job.objects.filter(kind=retention.KIND).order_by("-pk")
        context = {
            **self.admin_site.each_context(request),
            "title": _("What a retention run would remove"),
            "rows": retention.dry_run(at=self.now()),
            "job": jobs.first(),
            "may_run": self.has_run_permission(request),
            "may_see_jobs": request.user.has_perm("members.view_job"),
        }
        return TemplateResponse(request, "console/retention.html", context)

    def _start(self, request: HttpRequest) -> HttpResponse:
        if not self.has_run_permission(request):
            raise PermissionDenied
        try:
            retention.enqueue(actor_id=operator_of(request).pk, at=self.now())
        except DomainError as refused:
            messages.error(request, dialogs.refusal(refused))
        else:
            messages.success(request, _("The run has begun."))
        return HttpResponseRedirect(reverse("admin:members_retentionrule_due"))

    def save_model(self, request: HttpRequest, obj: RetentionRule, form: Any, change: bool) -> None:
        retention.set_rule(
            category=obj.category,
            days=obj.days,
            is_active=obj.is_active,
            actor_id=operator_of(request).pk,
            at=self.now(),
        )

    def has_run_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("members.change_retentionrule")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=gettext_lazy("what is kept"), ordering="category")
    def shown_category(self, rule: RetentionRule) -> str:
        known = privacy.RETENTION.get(rule.category)
        return str(known.label) if known else rule.category

    @display(description=gettext_lazy("at least, days"))
    def shown_minimum(self, rule: RetentionRule) -> str:
        known = privacy.RETENTION.get(rule.category)
        return str(known.minimum_days) if known else "–"


@admin.register(LegalHold)
class LegalHoldAdmin(KeysetAdmin):
    store_path = "member__store"
    empty_hint = gettext_lazy("Place a hold on the member's page: their data then stay.")
    list_display = ("id", "member", "reason", "placed_by", "placed_at", "ended_at")
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)
    search_fields = ("=member__card_number",)
    search_help_text = gettext_lazy("Card number")
    list_select_related = ("member", "placed_by", "ended_by")
    fields = ("member", "reason", ("placed_at", "placed_by"), ("ended_at", "ended_by"))
