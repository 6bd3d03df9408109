"""How far each role may adjust points alone; only administrators change it, upwards by two."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from loyalty.admin import words
from loyalty.models import AdjustmentLimit
from loyalty.services import adjustment_limits
from members.admin import dialogs
from members.admin.base import ConsoleAdmin, operator_of
from members.admin.operator_forms import reason_field
from members.errors import DomainError
from members.registry import roles


class LimitForm(forms.ModelForm):  # type: ignore[type-arg]
    """A limit, and why it is to be higher."""

    reason = reason_field()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        now = self.initial.get("points") or 0
        if cleaned.get("points", 0) > now and not cleaned.get("reason", "").strip():
            self.add_error("reason", forms.ValidationError(_("Say why the limit is raised.")))
        return cleaned


@admin.register(AdjustmentLimit)
class AdjustmentLimitAdmin(ConsoleAdmin):
    empty_hint = _("Without a row here a role adjusts nothing alone: each adjustment is a request.")
    list_display = ("shown_role", "shown_points")
    list_select_related = ("role",)
    ordering = ("points", "pk")
    form = LimitForm
    fields = ("role", "points", "reason")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("shown_role",) if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        role = "shown_role" if obj else "role"
        # A field that no model has can't be shown to those who only read.
        may_change = obj is None or self.has_change_permission(request, obj)
        return (role, "points", "reason") if may_change else (role, "points")

    def save_model(
        self, request: HttpRequest, obj: AdjustmentLimit, form: Any, change: bool
    ) -> None:
        try:
            asked = adjustment_limits.change(
                role_id=obj.role_id,
                points=obj.points,
                reason=form.cleaned_data["reason"],
                maker=operator_of(request),
                at=self.now(),
            )
        except DomainError as error:
            messages.error(request, dialogs.refusal(error))
            return
        if asked is not None:
            messages.warning(request, _("Asked for: it holds once a second person has agreed."))
        obj.pk = AdjustmentLimit.objects.get(role_id=obj.role_id).pk

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # A limit of 0 says the same, and stays in the trail.
        return False

    @display(description=_("role"))
    def shown_role(self, limit: AdjustmentLimit) -> str:
        return roles.label_of(limit.role.name)

    @display(description=_("points at most, either way"), ordering="points")
    def shown_points(self, limit: AdjustmentLimit) -> str:
        return words.points(limit.points)
