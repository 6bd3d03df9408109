"""Log-in rules: second factors and how long a log-in lasts."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from members.admin import labels
from members.admin.base import ConsoleAdmin
from members.models import AccessPolicy
from members.registry import roles
from members.services import access


class AccessPolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    second_factor_roles = forms.MultipleChoiceField(
        label=capfirst(_("roles with a second factor")),
        choices=lambda: [(role, roles.label_of(role)) for role in roles.LABELS],
        required=False,
        help_text=_("Whoever has one of these roles enters a code from their phone as well."),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


@admin.register(AccessPolicy)
class AccessPolicyAdmin(ConsoleAdmin):
    """One row. What it says holds from each person's next log-in."""

    form = AccessPolicyForm
    empty_hint = _("Until you save rules here, those of the installation hold.")
    list_display = ("shown_roles", "idle_minutes", "till_idle_minutes", "session_hours")
    list_display_links = ("shown_roles",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "second_factor_roles",
                    ("idle_minutes", "till_idle_minutes"),
                    "session_hours",
                ),
                "description": _("They hold from each person's next log-in."),
            },
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not self.has_rows(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        rules = access.policy()
        return {"second_factor_roles": rules.second_factor_roles}

    def save_model(self, request: HttpRequest, obj: AccessPolicy, form: Any, change: bool) -> None:
        obj.pk = access.THE_ONE
        obj.save()
        messages.info(request, _("They hold from each person's next log-in."))

    @display(description=_("roles with a second factor"), label=True)
    def shown_roles(self, rules: AccessPolicy) -> labels.Labels:
        chosen = [roles.label_of(role) for role in rules.second_factor_roles]
        return labels.labels(chosen or [_("nobody")])
