"""How far each role may adjust points alone; only administrators change it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from loyalty.admin import words
from loyalty.models import AdjustmentLimit
from loyalty.services import adjustment_limits
from members.admin.base import ConsoleAdmin, operator_of
from members.registry import roles


@admin.register(AdjustmentLimit)
class AdjustmentLimitAdmin(ConsoleAdmin):
    empty_hint = _("Without a row here a role adjusts nothing alone: each adjustment is a request.")
    list_display = ("shown_role", "shown_points")
    list_select_related = ("role",)
    ordering = ("points", "pk")
    fields = ("role", "points")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("shown_role",) if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("shown_role", "points") if obj else ("role", "points")

    def save_model(
        self, request: HttpRequest, obj: AdjustmentLimit, form: Any, change: bool
    ) -> None:
        saved = adjustment_limits.set_limit(
            role_id=obj.role_id, points=obj.points, actor=operator_of(request), at=self.now()
        )
        obj.pk = saved.pk

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # A limit of 0 says the same, and stays in the trail.
        return False

    @display(description=_("role"))
    def shown_role(self, limit: AdjustmentLimit) -> str:
        return roles.label_of(limit.role.name)

    @display(description=_("points at most, either way"), ordering="points")
    def shown_points(self, limit: AdjustmentLimit) -> str:
        return words.points(limit.points)
