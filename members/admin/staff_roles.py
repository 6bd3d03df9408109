"""Roles: the product's own, set by its code, and others that operators add, by two people."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group, Permission
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectMultipleWidget

from members.admin import dialogs, rights
from members.admin.base import ConsoleAdmin, operator_of
from members.admin.operator_forms import reason_field
from members.errors import DomainError
from members.registry import roles
from members.services import role_grants


class RightsField(forms.ModelMultipleChoiceField):
    """Rights in the reader's language; Django keeps their names in English rows."""

    def label_from_instance(self, permission: Permission) -> str:
        return rights.label_of(permission)


class RoleForm(forms.ModelForm):  # type: ignore[type-arg]
    permissions = RightsField(
        label=capfirst(_("rights")),
        queryset=rights.grantable(),
        required=False,
        help_text=_("Hold Ctrl (⌘ on a Mac) to choose more than one."),
        widget=UnfoldAdminSelectMultipleWidget(attrs={"size": 24}),
    )
    reason = reason_field()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "permissions" in self.changed_data and not cleaned.get("reason", "").strip():
            self.add_error("reason", forms.ValidationError(_("Say why the rights change.")))
        return cleaned


@admin.register(Group)
class RoleAdmin(GroupAdmin, ConsoleAdmin):
    """The product's own roles are set by its code and can't be changed; others may be added."""

    list_display = ("shown_name", "name", "shown_operators")
    form = RoleForm
    search_fields = ("name",)
    ordering = ("name",)
    filter_horizontal = ()
    readonly_fields = ("shown_rights",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A built-in role is read; of another one the rights are chosen."""
        if self.has_change_permission(request, obj):
            return ("name", "permissions", "reason")
        return ("name", "shown_rights")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        queryset: QuerySet[Group] = super().get_queryset(request)
        return queryset.annotate(operators_count=Count("user"))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and roles.is_built_in(obj.name):
            return False
        return super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and roles.is_built_in(obj.name):
            return False
        return super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Group, form: Any, change: bool) -> None:
        """The name is saved; what the role may do is asked for."""
        obj.save()
        wanted = [
            f"{one.content_type.app_label}.{one.codename}"
            for one in form.cleaned_data["permissions"]
        ]
        if sorted(wanted) == role_grants.role_rights(obj):
            return
        try:
            role_grants.ask_role(
                group_id=obj.pk,
                permissions=wanted,
                reason=form.cleaned_data["reason"],
                maker=operator_of(request),
                at=self.now(),
            )
        except DomainError as error:
            messages.error(request, dialogs.refusal(error))
        else:
            messages.warning(request, _("Asked for: it holds once a second person has agreed."))

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Rights are part of the request."""

    @display(description=_("role"), ordering="name")
    def shown_name(self, group: Group) -> str:
        return roles.label_of(group.name)

    @display(description=_("rights"))
    def shown_rights(self, group: Group) -> Any:
        # The page's template asks several times for what it shows once.
        if not hasattr(group, "told"):
            group.told = sorted(map(rights.label_of, rights.grantable().filter(group=group)))
        return format_html_join(
            "", '<p class="console-step">{}</p>', ((one,) for one in group.told)
        )

    @display(description=_("operators"), ordering="operators_count")
    def shown_operators(self, group: Group) -> int:
        return group.operators_count  # type: ignore[attr-defined]
