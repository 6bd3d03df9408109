"""Forms about operators: their roles, stores, passwords, and why any of it changes."""

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from members.registry import roles

STORE_ROLES = frozenset({"clerk", "store_manager"})
RIGHTS = ("groups", "stores", "is_active", "is_staff", "is_superuser")


class RolesField(forms.ModelMultipleChoiceField):
    """Roles by their names in the reader's language."""

    def label_from_instance(self, group: Group) -> str:
        return roles.label_of(group.name)


def reason_field() -> forms.CharField:
    """Why rights change; the second person reads it."""
    return forms.CharField(
        label=_("Reason"),
        max_length=500,
        required=False,
        help_text=_("Needed when rights change: the person who decides and the auditor read it."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )


class OperatorForm(UserChangeForm):
    """Who works in a store must say in which: without a store one sees the whole chain."""

    groups = RolesField(
        label=capfirst(_("roles")),
        queryset=Group.objects.order_by("name"),
        required=False,
        help_text=_("What this person may do. More than one role adds up."),
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    reason = reason_field()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = {group.name for group in cleaned.get("groups", ())}
        if chosen and chosen <= STORE_ROLES and not cleaned.get("stores"):
            self.add_error(
                "stores", forms.ValidationError(_("Choose the stores of a clerk or store manager."))
            )
        if set(self.changed_data) & set(RIGHTS) and not cleaned.get("reason", "").strip():
            self.add_error("reason", forms.ValidationError(_("Say why the rights change.")))
        return cleaned


class PasswordForm(AdminPasswordChangeForm):
    """A password for somebody else, and why."""

    reason = reason_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True
