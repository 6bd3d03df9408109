"""Who outside receives personal data, and each time they got some."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from members.admin import labels
from members.admin.base import ConsoleAdmin, KeysetAdmin, operator_of
from members.admin.checked_forms import CategoriesField, CheckedForm
from members.models import Disclosure, ProcessingPurpose, Recipient
from members.models.data_categories import labels as category_labels
from members.services import recipients


class RecipientForm(CheckedForm):
    categories = CategoriesField(label=_("Which data"))

    class Meta:
        model = Recipient
        fields = (
            "code", "name_zh", "name_en", "role", "purpose", "categories", "country", "contact",
            "contract", "is_active",
        )  # fmt: skip
        help_texts = {"country": _("Two letters, such as CN.")}

    def clean_country(self) -> str:
        return str(self.cleaned_data["country"]).upper()

    @staticmethod
    def check(instance: Recipient) -> None:
        recipients.check(instance)


@admin.register(Recipient)
class RecipientAdmin(ConsoleAdmin):
    form = RecipientForm
    empty_hint = _("Add whoever receives members' data: providers, partners, authorities.")
    list_display = ("shown_name", "role", "shown_categories", "country", "is_active")
    list_filter = ("role", "is_active")
    ordering = ("code",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name_zh", "name_en"),
                    ("code", "is_active"),
                    ("role", "country"),
                    "purpose",
                    "categories",
                    ("contact", "contract"),
                )
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Recipient, form: Any, change: bool) -> None:
        recipients.save(recipient=obj, actor_id=operator_of(request).pk, at=self.now())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("recipient"), ordering="name_zh")
    def shown_name(self, recipient: Recipient) -> str:
        return recipient.name

    @display(description=_("which data"))
    def shown_categories(self, recipient: Recipient) -> labels.Labels:
        return labels.labels(category_labels(recipient.categories))


@admin.register(Disclosure)
class DisclosureAdmin(KeysetAdmin):
    store_path = "member__store"
    empty_hint = _("Each time that data are given to a recipient, a row appears here by itself.")
    list_display = (
        "id", "recipient", "member", "members_count", "shown_categories", "purpose",
        "shown_basis", "occurred_at",
    )  # fmt: skip
    list_filter = ("recipient",)
    search_fields = ("=member__card_number", "=recipient__code")
    search_help_text = _("Card number, or code of the recipient")
    list_select_related = ("recipient", "member")
    fields = (
        ("recipient", "occurred_at"),
        ("member", "members_count"),
        "shown_categories",
        ("purpose", "shown_basis"),
        ("actor", "recorded_at"),
    )
    readonly_fields = ("shown_categories", "shown_basis")

    @display(description=_("which data"))
    def shown_categories(self, disclosure: Disclosure) -> labels.Labels:
        return labels.labels(category_labels(disclosure.categories))

    @display(description=_("legal basis"))
    def shown_basis(self, disclosure: Disclosure) -> str:
        known = dict(ProcessingPurpose.Basis.choices)
        return str(known.get(disclosure.legal_basis, disclosure.legal_basis))
