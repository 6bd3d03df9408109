"""Forms about API clients: a new one, and what one may do."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from members.admin import dialogs
from members.admin.operator_forms import reason_field
from members.models import Channel, Store

CHOSEN = ("name", "source", "channel", "stores", "scopes")
RIGHTS = ("scopes", "stores", "expires_at", "is_active")


def _scope_choices() -> list[tuple[str, str]]:
    return [(code, gettext(text)) for code, text in settings.OAUTH2_PROVIDER["SCOPES"].items()]


class NewClientForm(dialogs.ReasonForm):
    """What a channel application is, before it has credentials."""

    name = forms.CharField(
        label=capfirst(_("name")),
        max_length=255,
        help_text=_("As your colleagues call it, such as “Tills Shanghai”."),
        widget=UnfoldAdminTextInputWidget,
    )
    source = forms.SlugField(
        label=capfirst(_("source")),
        max_length=40,
        help_text=_("The system whose order numbers it sends; it stays when secrets change."),
        widget=UnfoldAdminTextInputWidget,
    )
    channel = forms.ModelChoiceField(
        label=capfirst(_("channel")),
        queryset=Channel.objects.order_by("code"),
        empty_label=_("Select value"),
        widget=UnfoldAdminSelectWidget,
    )
    stores = forms.ModelMultipleChoiceField(
        label=capfirst(_("stores")),
        queryset=Store.objects.order_by("code"),
        required=False,
        help_text=_("Empty: all stores."),
        widget=UnfoldAdminSelectMultipleWidget,
    )
    scopes = forms.MultipleChoiceField(
        label=capfirst(_("scopes")),
        choices=_scope_choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    field_order = (*CHOSEN, "reason")


class ClientForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a client may do; it holds once a second person has agreed."""

    scopes = forms.MultipleChoiceField(
        label=capfirst(_("scopes")),
        choices=_scope_choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    reason = reason_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["scopes"] = self.instance.scopes.split()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if set(self.changed_data) & set(RIGHTS) and not cleaned.get("reason", "").strip():
            self.add_error("reason", forms.ValidationError(_("Say why the rights change.")))
        return cleaned
