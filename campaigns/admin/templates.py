"""Templates of messages: written in two languages, tried with members, edited at any time."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget

from campaigns.admin import template_forms, template_test_words
from campaigns.admin.template_previews import TemplatePreviews
from campaigns.models import MessageTemplate
from campaigns.registry import variables as registry
from campaigns.services import template_tests
from members.admin import confirmations, dialogs, labels
from members.errors import DomainError
from members.models import Consent


class TestForm(confirmations.ConfirmForm):
    to = forms.ChoiceField(
        label=_("To"),
        choices=(
            ("SELF", _("My own e-mail address, with sample values")),
            ("MEMBERS", _("The test cards, each as its member would read it")),
        ),
        widget=UnfoldAdminSelectWidget,
    )
    medium = forms.ChoiceField(
        label=_("Channel"),
        help_text=_("For test cards; to yourself it goes by e-mail."),
        choices=[one for one in Consent.Medium.choices if one[0] in template_tests.MEDIA],
        widget=UnfoldAdminSelectWidget,
    )


TEST = {
    "title": _("Send a test"),
    "description": _(
        "As it is kept, marked as a test. Test cards are members who bear the tag "
        "“test-recipient”, at most five. Tests count for no cap and no figure."
    ),
    "form_class": TestForm,
    "form_submit_text": _("Send"),
}


@admin.register(MessageTemplate)
class MessageTemplateAdmin(TemplatePreviews):
    form = template_forms.TemplateForm
    change_form_after_template = "console/template_beside.html"
    empty_hint = _("Add a template: a subject and a text in Chinese, English or both.")
    list_display = ("shown_name", "code", "shown_languages", "shown_media")
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("code",)
    actions_detail = ("test_send",)
    fieldsets = (
        (
            None,
            {
                "fields": (("name_zh", "name_en"), "code"),
                "description": _(
                    "Edit it at any time: campaigns that run keep the texts that were approved "
                    "with them. One that waits for approval has to be asked for again."
                ),
            },
        ),
        (
            _("What members read"),
            {
                "fields": (("subject_zh", "subject_en"), ("body_zh", "body_en")),
                "description": _(
                    "A language left empty: its members read the other one. Click a variable to "
                    "put it in where the cursor stands."
                ),
            },
        ),
        (
            _("Short messages by a provider's template"),
            {
                "classes": ("collapse",),
                "fields": (("sms_template", "sms_template_en"), "sms_fields"),
            },
        ),
        (
            _("WeChat subscription message"),
            {
                "classes": ("collapse",),
                "fields": (("wechat_template", "wechat_page"), "wechat_fields"),
            },
        ),
    )

    class Media:
        css = {"all": ("console/templates.css",)}
        js = ("console/templates.js",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code",) if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who only reads sees what is kept; lines that are made of it are the form's alone."""
        if obj is not None and not self.has_change_permission(request, obj):
            return (*self.fieldsets[:2], (_("By channel"), {"fields": ("media_options",)}))
        return self.fieldsets

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["variable_groups"] = [
            (label, registry.in_group(group)) for group, label in registry.GROUPS.items()
        ]
        context["preview_url"] = reverse("admin:campaigns_messagetemplate_preview")
        context["may_choose_member"] = request.user.has_perm("members.view_member")
        return super().render_change_form(request, context, *args, **kwargs)

    @display(description=_("template"), ordering="name_zh")
    def shown_name(self, template: MessageTemplate) -> str:
        return template.name

    @display(description=_("languages"), label=True)
    def shown_languages(self, template: MessageTemplate) -> labels.Labels:
        bodies = ((template.body_zh, _("Chinese")), (template.body_en, _("English")))
        return labels.labels(language for body, language in bodies if body)

    @display(description=_("providers' templates"), label=True)
    def shown_media(self, template: MessageTemplate) -> labels.Labels:
        names = dict(Consent.Medium.choices)
        return labels.labels(names.get(one, one) for one in template.media_options or {})

    def has_test_send_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm("campaigns.change_messagetemplate"))

    @action(
        description=_("Send a test"),
        url_path="test-send",
        icon="outgoing_mail",
        permissions=["test_send"],
        dialog=TEST,
    )
    def test_send(self, request: HttpRequest, form: TestForm, object_id: str) -> HttpResponse:
        chosen = form.cleaned_data
        try:
            if chosen["to"] == "SELF":
                outcomes = template_tests.send_to_self(
                    template_id=int(object_id), actor=request.user, at=self.now()
                )
            else:
                outcomes = template_tests.send_to_members(
                    template_id=int(object_id),
                    medium=chosen["medium"],
                    actor=request.user,
                    at=self.now(),
                )
        except DomainError as error:
            return dialogs.refused(request, TEST, form, error)
        _tell(request, outcomes)
        return dialogs.go_to(reverse("admin:campaigns_messagetemplate_change", args=[object_id]))


def _tell(request: HttpRequest, outcomes: list[template_tests.Outcome]) -> None:
    for is_good, said in template_test_words.told(outcomes):
        (messages.success if is_good else messages.warning)(request, said)
