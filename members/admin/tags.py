"""Tags: words on members that campaigns and rules read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from members.admin import labels
from members.admin.base import ConsoleAdmin
from members.models import Tag


@admin.register(Tag)
class TagAdmin(ConsoleAdmin):
    empty_hint = _("Add a tag, then put it on members from their page.")
    list_display = ("shown_name", "code", "shown_origin")
    list_filter = ("origin",)
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("code",)
    fieldsets = ((None, {"fields": (("name_zh", "name_en"), "code")}),)

    @display(description=_("tag"), ordering="name_zh")
    def shown_name(self, tag: Tag) -> str:
        return tag.name

    @display(
        description=_("origin"), ordering="origin", label=labels.Colors(HAND="info", RULE="success")
    )
    def shown_origin(self, tag: Tag) -> labels.Label:
        return labels.label(tag.origin, tag.get_origin_display())

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
