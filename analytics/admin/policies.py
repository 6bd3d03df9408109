"""Cuts and weights of analytics: one row; what would change is shown before it is saved."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from analytics.admin.policy_forms import PolicyForm
from analytics.models import AnalyticsPolicy
from analytics.registry import classes
from analytics.selectors import policies as policy_selectors
from analytics.selectors import policy_effects
from analytics.selectors.policy_effects import Effect
from analytics.services import member_scores, policies
from members.admin.base import ConsoleAdmin

# The name of the button that saves what the page of effects has shown.
SEEN = "_effects_seen"


@admin.register(AnalyticsPolicy)
class AnalyticsPolicyAdmin(ConsoleAdmin):
    class Media:
        css = {"all": ("console/member.css",)}

    form = PolicyForm
    empty_hint = _("Until you save cuts here, the defaults hold.")
    list_display = ("shown_rfm", "shown_stages", "shown_health")
    fieldsets = (
        (
            _("RFM: recency, frequency, money"),
            {
                "fields": (
                    ("rfm_window_days", "rfm_method"),
                    ("rfm_cuts_r", "rfm_cuts_f"),
                    "rfm_cuts_m",
                ),
                "description": _("The cuts count for the method “Cuts set by hand” only."),
            },
        ),
        (
            _("Active, warm, dormant"),
            {"fields": (("active_days", "warm_days", "dormant_days"),)},
        ),
        (
            _("Stages of the life cycle"),
            {
                "fields": (
                    ("decline_days", "lost_days"),
                    ("gap_factor", "gap_floor_days"),
                    ("gap_from_days_count", "mature_orders_count"),
                )
            },
        ),
        (
            _("Value classes"),
            {
                "fields": (
                    ("value_high_amount", "value_high_repeats"),
                    ("value_basic_amount", "value_basic_repeats"),
                )
            },
        ),
        (
            _("Customer classes"),
            {
                "fields": (
                    ("loyal_orders_count", "loyal_days"),
                    ("lost_orders_count", "lost_customer_days"),
                )
            },
        ),
        (
            _("Health"),
            {
                "fields": (
                    ("health_r_percent", "health_f_percent", "health_m_percent"),
                    ("health_engagement_percent", "health_service_percent", "health_warning"),
                    ("engagement_days", "service_days"),
                    "engagement_cuts",
                )
            },
        ),
        (_("Other measures"), {"fields": (("bounce_days", "margin_percent"),)}),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not self.has_rows(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: AnalyticsPolicy, form: Any, change: bool
    ) -> None:
        policies.save(row=obj)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        shown = None
        if request.method == "POST" and SEEN not in request.POST:
            shown = self._effects_page(request, object_id)
        return shown or super().changeform_view(request, object_id, form_url, extra_context)

    def _effects_page(self, request: HttpRequest, object_id: str | None) -> HttpResponse | None:
        """Who would be in another class, when what was filled in is sound and may move somebody."""
        row = self.get_object(request, object_id) if object_id else None
        may = self.has_change_permission(request, row) if row else self.has_add_permission(request)
        if not may or (object_id and row is None):
            return None
        form = self.get_form(request, row, change=row is not None)(request.POST, instance=row)
        if not form.is_valid() or not form.moves_anybody:
            return None
        as_of = member_scores.last_day(self.now())
        found = policy_effects.effects(
            before=policy_selectors.current(),
            after=policy_selectors.of_row(form.instance),
            as_of=as_of,
            zone=member_scores.zone(),
        )
        return TemplateResponse(
            request,
            "console/policy_effects.html",
            {
                **self.admin_site.each_context(request),
                "title": gettext("Who would be in another class"),
                "opts": self.model._meta,
                "as_of": as_of,
                "parts": None if found is None else [_part(effect) for effect in found],
                "fields": _fields(request),
                "seen": SEEN,
                "back": reverse("admin:analytics_analyticspolicy_changelist"),
            },
        )

    @display(description=_("RFM scores"))
    def shown_rfm(self, row: AnalyticsPolicy) -> str:
        return gettext("%(method)s, %(days)s days") % {
            "method": row.get_rfm_method_display(),
            "days": row.rfm_window_days,
        }

    @display(description=_("stages"))
    def shown_stages(self, row: AnalyticsPolicy) -> str:
        return gettext("declining after %(decline)s days, lost after %(lost)s") % {
            "decline": row.decline_days,
            "lost": row.lost_days,
        }

    @display(description=_("health"))
    def shown_health(self, row: AnalyticsPolicy) -> str:
        return gettext("warning below %(warning)s") % {"warning": row.health_warning}


def _fields(request: HttpRequest) -> list[tuple[str, str]]:
    """What was filled in, to be sent again with the confirmation."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]


def _part(effect: Effect) -> dict[str, Any]:
    return {
        "title": effect.kind.label,
        "moved": effect.moved,
        "rows": [
            {
                "name": classes.name(effect.kind, code).label or gettext("none"),
                "before": before,
                "after": after,
                "change": after - before,
            }
            for code, (before, after) in effect.counts.items()
        ],
    }
