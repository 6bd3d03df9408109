"""Badges: what they are called, and who wears them."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminColorInputWidget

from loyalty.models import Badge
from members.admin.base import ConsoleAdmin


class BadgeForm(ModelForm):  # type: ignore[type-arg]
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not (cleaned.get("name_zh") or cleaned.get("name_en")):
            self.add_error("name_en", _("Give it a name in one language at least."))
        return cleaned

    class Meta:
        widgets = {"color": UnfoldAdminColorInputWidget}
        help_texts = {
            "is_active": _("Otherwise nothing new gives it; whoever wears it keeps it."),
        }


@admin.register(Badge)
class BadgeAdmin(ConsoleAdmin):
    form = BadgeForm
    empty_hint = _("Add a badge; challenges and referrals give it, and members show it.")
    list_display = ("shown_name", "shown_description", "shown_count", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("code",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name_zh", "name_en"),
                    ("code", "color"),
                    ("description_zh", "description_en"),
                    "is_active",
                )
            },
        ),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: Badge | None = None
    ) -> tuple[str, ...]:
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Badge | None = None) -> bool:
        return False

    @display(description=_("badge"))
    def shown_name(self, badge: Badge) -> SafeString:
        return mark(badge)

    @display(description=_("description"))
    def shown_description(self, badge: Badge) -> str:
        return badge.description

    def get_queryset(self, request: HttpRequest) -> QuerySet[Badge]:
        queryset: QuerySet[Badge] = super().get_queryset(request)
        return queryset.annotate(worn=Count("given", filter=Q(given__lost_at=None)))

    @display(description=_("members who wear it"))
    def shown_count(self, badge: Any) -> str:
        return f"{badge.worn:,}"


def mark(badge: Badge) -> SafeString:
    """The badge as it is worn: its color and its name."""
    return format_html(
        '<span class="challenge-badge" style="--badge: {}">{}</span>', badge.color, badge.name
    )
