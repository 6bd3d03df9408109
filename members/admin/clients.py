"""API clients: asked for, approved by a second person, their secret shown once to who asked."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from members.admin import confirmations, dialogs, labels
from members.admin.base import ConsoleAdmin, operator_of
from members.admin.client_forms import CHOSEN, ClientForm, NewClientForm
from members.errors import DomainError
from members.models import ApiClient
from members.selectors import scopes
from members.services import client_changes, submissions
from members.services.client_changes import Access

_SERVES = ApiClient.stores.through.objects.filter(apiclient_id=OuterRef("pk"))
SECRET_TEMPLATE = "console/client_secret.html"
ASKED = _("Asked for: it holds once a second person has agreed.")
ISSUE = {
    "title": _("New API client"),
    "description": _("A second person has to agree. Then you fetch its secret, once."),
    "form_class": NewClientForm,
    "form_submit_text": _("Ask for it"),
}
RENEW = {
    "title": _("New secret"),
    "description": _(
        "A second person has to agree. The old secret works until you fetch the new one."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Ask for it"),
}
FETCH = {
    "title": _("Fetch the secret"),
    "description": _("You see it once, here. An older secret stops to work at once."),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": _("Show it"),
}
DEACTIVATE = {
    "title": _("Shut this client out"),
    "description": _("At once: its tokens are gone, and its secret opens nothing."),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Shut out"),
}


@admin.register(ApiClient)
class ApiClientAdmin(ConsoleAdmin):
    form = ClientForm
    empty_hint = _("Create a client for each system that sends orders or reads members.")
    list_display = ("name", "source", "channel", "shown_scopes", "expires_at", "is_active")
    list_filter = ("is_active", "channel")
    list_select_related = ("channel",)
    search_fields = ("name", "source", "client_id")
    ordering = ("name",)
    fieldsets = (
        (None, {"fields": (("name", "is_active"), ("source", "channel"), "client_id")}),
        (
            _("What it may do"),
            {
                "fields": ("scopes", "stores", "expires_at", "reason"),
                "description": _("Changes hold once a second person has agreed."),
            },
        ),
    )
    readonly_fields = ("client_id", "source", "channel")
    autocomplete_fields = ("stores",)
    actions_list = ("issue",)
    actions_detail = ("renew_secret", "fetch_secret", "deactivate")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiClient]:
        """Whoever works for some stores sees the clients that serve these alone."""
        queryset: QuerySet[ApiClient] = super().get_queryset(request)
        scope = scopes.scope_for(request.user)
        if scope.is_whole_chain:
            return queryset
        ours = Exists(_SERVES.filter(store__in=scope.store_ids))
        return queryset.filter(ours, ~Exists(_SERVES.exclude(store__in=scope.store_ids)))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if self.has_change_permission(request, obj):
            return fieldsets
        # A field that no model has can't be shown to those who only read.
        return [
            (title, {**options, "fields": [one for one in options["fields"] if one != "reason"]})
            for title, options in fieldsets
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        # By the dialog only, which asks a second person.
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_issue_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("members.add_apiclient")

    def has_fetch_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        # Whoever has lost the role since opens no door by what they asked for in it.
        if not request.user.has_perm("members.add_apiclient"):
            return False
        own = ApiClient.objects.filter(pk=object_id, secret_for=request.user.pk)
        return object_id is None or own.exists()

    def save_model(self, request: HttpRequest, obj: ApiClient, form: Any, change: bool) -> None:
        """The name is saved; what the client may do is asked for."""
        ApiClient.objects.filter(pk=obj.pk).update(name=obj.name)
        now = client_changes.access_of(ApiClient.objects.get(pk=obj.pk))
        ends = form.cleaned_data["expires_at"]
        wanted = Access(
            scopes=tuple(sorted(form.cleaned_data["scopes"])),
            stores=tuple(sorted(store.code for store in form.cleaned_data["stores"])),
            expires_at=ends.isoformat()
            if "expires_at" in form.changed_data and ends
            else now.expires_at
            if ends
            else "",
            is_active=form.cleaned_data["is_active"],
        )
        if wanted == now:
            return
        try:
            client_changes.ask(
                client_id=obj.pk,
                wanted=wanted,
                reason=form.cleaned_data["reason"],
                maker=operator_of(request),
                at=self.now(),
            )
        except DomainError as error:
            messages.error(request, dialogs.refusal(error))
        else:
            messages.warning(request, ASKED)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Stores are part of the request."""

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
        at, maker = self.now(), operator_of(request)
        try:
            submissions.run_once(
                uid=form.cleaned_data["submission"],
                action="client.create",
                actor_id=maker.pk,
                at=at,
                do=lambda: client_changes.propose(
                    **chosen, reason=form.cleaned_data["reason"], maker=maker, at=at
                ),
                member_of=lambda _made: None,
            )
        except DomainError as error:
            return dialogs.refused(request, ISSUE, form, error)
        messages.warning(request, ASKED)
        return dialogs.go_to(reverse("admin:members_apiclient_changelist"))

    @action(
        description=_("New secret"),
        url_path="renew-secret",
        icon="key",
        permissions=["issue"],
        dialog=RENEW,
    )
    def renew_secret(
        self, request: HttpRequest, form: confirmations.RequiredNoteForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=RENEW,
            run=lambda: client_changes.ask_secret(
                client_id=int(object_id),
                reason=form.cleaned_data["note"],
                maker=operator_of(request),
                at=self.now(),
            ),
            done=str(ASKED),
            to=reverse("admin:members_apiclient_change", args=[object_id]),
        )

    @action(
        description=_("Fetch the secret"),
        url_path="fetch-secret",
        icon="visibility",
        variant=ActionVariant.PRIMARY,
        permissions=["fetch"],
        dialog=FETCH,
    )
    def fetch_secret(
        self, request: HttpRequest, form: confirmations.ConfirmForm, object_id: str
    ) -> HttpResponse:
        try:
            client, secret = client_changes.fetch_secret(
                client_id=int(object_id), actor=operator_of(request), at=self.now()
            )
        except DomainError as error:
            return dialogs.refused(request, FETCH, form, error)
        return dialogs.show(request, SECRET_TEMPLATE, {"client": client, "secret": secret})

    @action(
        description=_("Shut out"),
        url_path="deactivate",
        icon="block",
        permissions=["issue"],
        dialog=DEACTIVATE,
    )
    def deactivate(
        self, request: HttpRequest, form: confirmations.RequiredNoteForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=DEACTIVATE,
            run=lambda: client_changes.deactivate(
                client_id=int(object_id),
                reason=form.cleaned_data["note"],
                actor=operator_of(request),
                at=self.now(),
            ),
            done=gettext("Shut out: no token of it is good any more."),
            to=reverse("admin:members_apiclient_change", args=[object_id]),
        )
