"""Operators and their roles."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, Permission
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectMultipleWidget,
)

from members.admin import labels, rights
from members.admin.base import ConsoleAdmin
from members.models import User
from members.registry import roles

STORE_ROLES = frozenset({"clerk", "store_manager"})


class RolesField(forms.ModelMultipleChoiceField):
    """Roles by their names in the reader's language."""

    def label_from_instance(self, group: Group) -> str:
        return roles.label_of(group.name)


class OperatorForm(UserChangeForm):
    """Who works in a store must say in which: without a store one sees the whole chain."""

    groups = RolesField(
        label=capfirst(_("roles")),
        queryset=Group.objects.order_by("name"),
        required=False,
        help_text=_("What this person may do. More than one role adds up."),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = {group.name for group in cleaned.get("groups", ())}
        if chosen and chosen <= STORE_ROLES and not cleaned.get("stores"):
            self.add_error(
                "stores", forms.ValidationError(_("Choose the stores of a clerk or store manager."))
            )
        return cleaned


@admin.register(User)
class OperatorAdmin(UserAdmin, ConsoleAdmin):
    form = OperatorForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = (
        "username",
        "shown_name",
        "shown_roles",
        "shown_stores",
        "is_active",
        "last_login",
    )
    list_filter = ("is_active", "groups")
    search_fields = ("username", "first_name", "last_name", "email")
    ordering = ("username",)
    filter_horizontal = ()
    autocomplete_fields = ("stores",)
    fieldsets = (
        (None, {"fields": (("username", "password"),)}),
        (_("Person"), {"fields": (("last_name", "first_name"), "email")}),
        (
            _("Rights"),
            {"fields": ("groups", "stores", ("is_active", "is_staff"), "is_superuser")},
        ),
        (_("Important dates"), {"fields": (("last_login", "date_joined"),)}),
    )
    readonly_fields = ("last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        queryset: QuerySet[User] = super().get_queryset(request)
        return queryset.prefetch_related("groups", "stores")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only a superuser makes superusers, and nobody changes their own rights."""
        fields = [*super().get_readonly_fields(request, obj)]
        if not request.user.is_superuser:
            fields.append("is_superuser")
        if obj is not None and obj.pk == request.user.pk:
            fields += ["groups", "stores", "is_superuser", "is_active", "is_staff"]
        return list(dict.fromkeys(fields))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.is_superuser and not request.user.is_superuser:
            return False
        allowed: bool = super().has_change_permission(request, obj)
        return allowed

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Their name stands in ledger and audit trail; who leaves is made inactive.
        return False

    @display(description=_("name"), ordering="last_name")
    def shown_name(self, operator: User) -> str:
        return operator.get_full_name()

    @display(description=_("roles"), label=True)
    def shown_roles(self, operator: User) -> labels.Labels:
        return labels.labels(roles.label_of(group.name) for group in operator.groups.all())

    @display(description=_("stores"))
    def shown_stores(self, operator: User) -> str:
        names = [store.name for store in operator.stores.all()]
        return ", ".join(names) if names else str(_("Whole chain"))


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
            return ("name", "permissions")
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
