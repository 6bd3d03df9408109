"""Addresses of the operator's own systems: added, tested, their secrets changed, switched off."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from campaigns.admin import endpoint_notices
from campaigns.models import StepCall, WebhookEndpoint
from campaigns.services import webhook_endpoints
from campaigns.services.webhook_endpoints import Draft, Shown
from campaigns.transports import outbound
from members.admin import confirmations, dialogs, labels
from members.admin.base import ConsoleAdmin, operator_of
from members.errors import DomainError

ROTATE = {
    "title": _("New secret"),
    "description": _(
        "You see it once. The one before goes on signing beside it, until you retire it or make "
        "the next one."
    ),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": _("Show it"),
}
RETIRE = {
    "title": _("Retire the old secret"),
    "description": _("Only the newest signs from now on: the receiver must know it already."),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": _("Retire"),
}
TEST = {
    "title": _("Test this address"),
    "description": _("A signed post of the type “test” goes there now."),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": _("Post it"),
}
SWITCH = {
    "title": _("Switch on or off"),
    "description": _("While it is off nothing is posted there; what is due fails, visibly."),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": _("Switch"),
}
_REFUSED = {
    "not_https": _("It must begin with https://."),
    "not_public": _("This is no address of the public internet."),
    "bad_address": _("This is no address."),
}
_SECRET = "console/endpoint_secret.html"


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]
    """The address is looked at as when something is posted there."""

    class Meta:
        model = WebhookEndpoint
        fields = ("name_zh", "name_en", "code", "use", "url")
        help_texts = {
            "code": _("Journeys name it by this: small letters, digits and hyphens."),
            "use": _("Steps of journeys post here, or pushes to phones are handed to it."),
            "url": _("With https. Its secret is shown once, as soon as you save."),
        }

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        try:
            outbound.check(url)
        except outbound.Forbidden as error:
            told = _REFUSED.get(error.reason, _("This address can't be used."))
            raise forms.ValidationError(told) from None
        return url


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ConsoleAdmin):
    form = EndpointForm
    empty_hint = _("Add an address that journeys tell, or that pushes are handed to.")
    list_display = ("shown_name", "use", "url", "shown_state", "shown_secrets", "shown_dead")
    list_filter = ("is_active", "use")
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("code",)
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("code", "use"), "url")}),
        (_("How it stands"), {"fields": ("shown_state", "shown_secrets", "created_at")}),
    )
    readonly_fields = ("shown_state", "shown_secrets", "created_at")
    actions_detail = ("test_it", "rotate", "retire", "switch")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEndpoint]:
        found: QuerySet[WebhookEndpoint] = super().get_queryset(request)
        dead = Count("calls", filter=Q(calls__state=StepCall.State.DEAD))
        return found.annotate(dead_count=dead)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "code", "use") if obj else self.readonly_fields

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if obj else self.fieldsets[:1]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Approved journeys keep naming it: it is switched off.
        return False

    def has_keep_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("campaigns.change_webhookendpoint")

    def save_model(
        self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool
    ) -> None:
        actor_id = operator_of(request).pk
        if change:
            webhook_endpoints.change(
                endpoint_id=obj.pk,
                url=obj.url,
                names=(obj.name_zh, obj.name_en),
                actor_id=actor_id,
                at=self.now(),
            )
            return
        draft = Draft(
            code=obj.code, url=obj.url, use=obj.use, name_zh=obj.name_zh, name_en=obj.name_en
        )
        made = webhook_endpoints.add(draft=draft, actor_id=actor_id, at=self.now())
        obj.pk = made.endpoint.pk
        request.__dict__["_made_endpoint"] = made

    def response_add(
        self, request: HttpRequest, obj: WebhookEndpoint, post_url_continue: Any = None
    ) -> HttpResponse:
        """The first secret, once."""
        made: Shown | None = request.__dict__.get("_made_endpoint")
        if made is None:
            return HttpResponseRedirect(_page(obj.pk))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Copy the secret now"),
            "secret": made.secret,
            "endpoint": made.endpoint,
            "page": _page(made.endpoint.pk),
        }
        answer = TemplateResponse(request, "console/endpoint_added.html", context)
        answer["Cache-Control"] = "no-store"
        return answer

    @display(description=_("name"), ordering="code")
    def shown_name(self, endpoint: WebhookEndpoint) -> str:
        return endpoint.name or endpoint.code

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        endpoint_notices.warn(request)
        answer: HttpResponse = super().changelist_view(request, extra_context)
        return answer

    @display(description=_("state"), label={"ON": "success", "OFF": "danger"})
    def shown_state(self, endpoint: WebhookEndpoint) -> labels.Label:
        if endpoint.is_active:
            return labels.label("ON", gettext("On"))
        is_gone = endpoint.gone_at is not None
        return labels.label("OFF", gettext("Off: it answered 410") if is_gone else gettext("Off"))

    @display(description=_("secrets"))
    def shown_secrets(self, endpoint: WebhookEndpoint) -> str:
        if len(endpoint.secrets.split()) > 1:
            return gettext("Two: one is being changed")
        return gettext("One")

    @display(description=_("failed calls"), ordering="dead_count")
    def shown_dead(self, endpoint: WebhookEndpoint) -> int:
        return getattr(endpoint, "dead_count", 0)

    @action(
        description=_("Test"),
        url_path="test-it",
        icon="send",
        permissions=["keep"],
        dialog=TEST,
    )
    def test_it(
        self, request: HttpRequest, form: confirmations.ConfirmForm, object_id: str
    ) -> HttpResponse:
        answer = webhook_endpoints.test(endpoint_id=int(object_id), at=self.now())
        if answer.is_good:
            messages.success(request, gettext("It answered %(status)s.") % vars(answer))
        elif answer.status is not None:
            text = gettext("It answered %(status)s: that counts as a failure.")
            messages.error(request, text % vars(answer))
        else:
            text = gettext("No answer: %(problem)s.")
            messages.error(request, text % vars(answer))
        return dialogs.go_to(_page(int(object_id)))

    @action(
        description=_("New secret"),
        url_path="rotate",
        icon="key",
        permissions=["keep"],
        variant=ActionVariant.PRIMARY,
        dialog=ROTATE,
    )
    def rotate(
        self, request: HttpRequest, form: confirmations.ConfirmForm, object_id: str
    ) -> HttpResponse:
        try:
            made = webhook_endpoints.rotate(
                endpoint_id=int(object_id), actor_id=operator_of(request).pk, at=self.now()
            )
        except DomainError as error:
            return dialogs.refused(request, ROTATE, form, error)
        shown = {"secret": made.secret, "endpoint": made.endpoint, "page": _page(int(object_id))}
        answer = dialogs.show(request, _SECRET, shown)
        answer["Cache-Control"] = "no-store"
        return answer

    @action(
        description=_("Retire the old secret"),
        url_path="retire",
        icon="key_off",
        permissions=["keep"],
        dialog=RETIRE,
    )
    def retire(
        self, request: HttpRequest, form: confirmations.ConfirmForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=RETIRE,
            run=lambda: webhook_endpoints.retire(
                endpoint_id=int(object_id), actor_id=operator_of(request).pk, at=self.now()
            ),
            done=gettext("Only the newest secret signs now."),
            to=_page(int(object_id)),
        )

    @action(
        description=_("Switch on or off"),
        url_path="switch",
        icon="power_settings_new",
        permissions=["keep"],
        dialog=SWITCH,
    )
    def switch(
        self, request: HttpRequest, form: confirmations.ConfirmForm, object_id: str
    ) -> HttpResponse:
        is_active = WebhookEndpoint.objects.filter(pk=object_id, is_active=True).exists()
        return confirmations.answer(
            request,
            form=form,
            dialog=SWITCH,
            run=lambda: webhook_endpoints.activate(
                endpoint_id=int(object_id),
                is_active=not is_active,
                actor_id=operator_of(request).pk,
                at=self.now(),
            ),
            done=gettext("It is off.") if is_active else gettext("It is on."),
            to=_page(int(object_id)),
        )


def _page(endpoint_id: int) -> str:
    return reverse("admin:campaigns_webhookendpoint_change", args=[endpoint_id])
