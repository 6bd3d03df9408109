"""The register of purposes, and the inventory of the fields that hold personal data."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget

from members.admin import inventory, labels
from members.admin.base import ConsoleAdmin, operator_of
from members.admin.checked_forms import CategoriesField, CheckedForm
from members.models import Consent, ProcessingPurpose
from members.models.data_categories import labels as category_labels
from members.services import purposes


class PurposeForm(CheckedForm):
    categories = CategoriesField(label=_("Which data"))
    consent_purpose = forms.ChoiceField(
        label=_("Purpose of consents"),
        choices=[("", "—"), *Consent.Purpose.choices],
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_("Only where the basis is consent: which answer of the member it rests on."),
    )

    class Meta:
        model = ProcessingPurpose
        fields = (
            "code", "name_zh", "name_en", "basis", "consent_purpose", "categories", "kept_days",
            "is_active",
        )  # fmt: skip
        help_texts = {
            "kept_days": _("Empty: as long as the membership lasts."),
            "is_active": _("The public page shows what is in use."),
        }

    @staticmethod
    def check(instance: ProcessingPurpose) -> None:
        purposes.check(instance)


@admin.register(ProcessingPurpose)
class ProcessingPurposeAdmin(ConsoleAdmin):
    form = PurposeForm
    empty_hint = _("“manage.py set_up” adds the purposes that this product has.")
    list_display = ("shown_name", "basis", "shown_categories", "kept_days", "is_active")
    list_filter = ("basis", "is_active")
    ordering = ("code",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name_zh", "name_en"),
                    ("code", "is_active"),
                    ("basis", "consent_purpose"),
                    "categories",
                    "kept_days",
                )
            },
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.inventory_view)
        name = "members_processingpurpose_inventory"
        return [path("inventory/", page, name=name), *super().get_urls()]

    def inventory_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Inventory of personal data"),
            "sections": inventory.sections(),
        }
        return TemplateResponse(request, "console/inventory.html", context)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code",) if obj else ()

    def save_model(
        self, request: HttpRequest, obj: ProcessingPurpose, form: Any, change: bool
    ) -> None:
        purposes.save(purpose=obj, actor_id=operator_of(request).pk, at=self.now())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("purpose"), ordering="name_zh")
    def shown_name(self, purpose: ProcessingPurpose) -> str:
        return purpose.name

    @display(description=_("which data"))
    def shown_categories(self, purpose: ProcessingPurpose) -> labels.Labels:
        return labels.labels(category_labels(purpose.categories))
