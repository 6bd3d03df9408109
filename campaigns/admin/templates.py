"""Texts of messages, in both languages."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from campaigns.models import Campaign, MessageTemplate
from members.admin import labels
from members.admin.base import ConsoleAdmin


@admin.register(MessageTemplate)
class MessageTemplateAdmin(ConsoleAdmin):
    empty_hint = _("Add a template: a subject and a text in Chinese, English or both.")
    list_display = ("shown_name", "code", "shown_languages")
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("code",)
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), "code")}),
        (_("Chinese"), {"fields": ("subject_zh", "body_zh")}),
        (_("English"), {"fields": ("subject_en", "body_en")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code",) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What a running campaign says was approved with it: pause the campaign to change it."""
        runs = Campaign.objects.filter(template=obj, state=Campaign.State.RUNNING)
        if obj is not None and runs.exists():
            return False
        allowed: bool = super().has_change_permission(request, obj)
        return allowed

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("template"), ordering="name_zh")
    def shown_name(self, template: MessageTemplate) -> str:
        return template.name

    @display(description=_("languages"), label=True)
    def shown_languages(self, template: MessageTemplate) -> labels.Labels:
        bodies = ((template.body_zh, _("Chinese")), (template.body_en, _("English")))
        return labels.labels(language for body, language in bodies if body)
