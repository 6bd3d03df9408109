"""API clients. A secret is shown once, in the dialog that made it."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from members.admin import confirmations, dialogs, labels
from members.admin.base import ConsoleAdmin
from members.errors import DomainError
from members.models import ApiClient, Channel, Store
from members.services import clients, submissions

CHOSEN = ("name", "source", "channel", "stores", "scopes")
SECRET_TEMPLATE = "console/client_secret.html"


class NewClientForm(dialogs.DialogForm):
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
        choices=lambda: [
            (code, gettext(text)) for code, text in settings.OAUTH2_PROVIDER["SCOPES"].items()
        ],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


ISSUE = {
    "title": _("New API client"),
    "description": _("You see its secret once, right after this."),
    "form_class": NewClientForm,
    "form_submit_text": _("Create the client"),
}
RENEW = {
    "title": _("New secret"),
    "description": _("The old secret stops to work at once: have the new one entered quickly."),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": _("Make a new secret"),
}


@admin.register(ApiClient)
class ApiClientAdmin(ConsoleAdmin):
    empty_hint = _("Create a client for each system that sends orders or reads members.")
    list_display = ("name", "source", "channel", "shown_scopes", "expires_at", "is_active")
    list_filter = ("is_active", "channel")
    list_select_related = ("channel",)
    search_fields = ("name", "source", "client_id")
    ordering = ("name",)
    fieldsets = (
        (None, {"fields": (("name", "is_active"), ("source", "channel"), "client_id")}),
        (_("What it may do"), {"fields": ("scopes", "stores", "expires_at")}),
    )
    readonly_fields = ("client_id", "source", "channel")
    autocomplete_fields = ("stores",)
    actions_list = ("issue",)
    actions_detail = ("renew_secret",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        # By the dialog only, which shows the secret.
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_issue_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("members.add_apiclient")

    @display(description=_("scopes"), label=True)
    def shown_scopes(self, client: ApiClient) -> labels.Labels:
        return labels.labels(client.scopes.split())

    @action(
        description=_("New API client"),
        url_path="issue",
        icon="add",
        variant=ActionVariant.PRIMARY,
        permissions=["issue"],
        dialog=ISSUE,
    )
    def issue(self, request: HttpRequest, form: NewClientForm) -> HttpResponse:
        chosen = {name: form.cleaned_data[name] for name in CHOSEN}
        at, actor_id = self.now(), request.user.pk
        sent = submissions.run_once(
            uid=form.cleaned_data["submission"],
            action="client.create",
            actor_id=actor_id,
            at=at,
            do=lambda: clients.create(**chosen, at=at, actor_id=actor_id),
            member_of=lambda _made: None,
        )
        if sent.result is None:
            messages.warning(request, _("This client exists. Without its secret, make a new one."))
            return dialogs.go_to(reverse("admin:members_apiclient_changelist"))
        client, secret = sent.result
        return dialogs.show(request, SECRET_TEMPLATE, {"client": client, "secret": secret})

    @action(
        description=_("New secret"),
        url_path="renew-secret",
        icon="key",
        permissions=["issue"],
        dialog=RENEW,
    )
    def renew_secret(
        self, request: HttpRequest, form: confirmations.ConfirmForm, object_id: str
    ) -> HttpResponse:
        try:
            client, secret = clients.renew_secret(
                client_id=int(object_id), at=self.now(), actor_id=request.user.pk
            )
        except DomainError as error:
            return dialogs.refused(request, RENEW, form, error)
        return dialogs.show(request, SECRET_TEMPLATE, {"client": client, "secret": secret})
