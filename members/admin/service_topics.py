"""Topics of service cases, with the minutes that a first answer may take."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from members.admin.base import ConsoleAdmin
from members.models import ServiceTopic


@admin.register(ServiceTopic)
class ServiceTopicAdmin(ConsoleAdmin):
    empty_hint = _("Add what members ask about, such as delivery or points.")
    list_display = ("shown_name", "code", "first_response_minutes", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("code",)
    fieldsets = (
        (
            None,
            {
                "fields": (("name_zh", "name_en"), ("code", "first_response_minutes"), "is_active"),
                "description": _(
                    "Other minutes hold for cases that are opened from then on; a topic out of "
                    "use keeps its cases."
                ),
            },
        ),
    )

    @display(description=_("topic"), ordering="name_zh")
    def shown_name(self, topic: ServiceTopic) -> str:
        return topic.name

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
