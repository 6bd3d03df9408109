"""How the finder of possible duplicates looks: one row, made when somebody changes a default."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from members.admin.base import ConsoleAdmin
from members.models import DuplicatePolicy
from members.services import duplicates

MOST_KEYS = 10


class DuplicatePolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    device_keys = forms.CharField(
        label=_("Marks in the metadata"),
        max_length=400,
        required=False,
        help_text=_(
            "Keys of a member's metadata that name a device or a person elsewhere, with commas "
            "between them: device_id, household."
        ),
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["device_keys"] = ", ".join(self.instance.device_keys)

    def clean_device_keys(self) -> list[str]:
        keys = [key.strip() for key in self.cleaned_data["device_keys"].split(",")]
        kept = list(dict.fromkeys(key for key in keys if key))
        if len(kept) > MOST_KEYS:
            raise forms.ValidationError(
                _("At most %(count)s keys.") % {"count": MOST_KEYS}, code="too_many"
            )
        return kept


@admin.register(DuplicatePolicy)
class DuplicatePolicyAdmin(ConsoleAdmin):
    """What it says holds from the next run."""

    form = DuplicatePolicyForm
    list_display = ("threshold", "group_limit", "new_limit")
    list_display_links = ("threshold",)
    fields = (("threshold", "group_limit"), "new_limit", "device_keys")
    empty_hint = _("Until you save rules here, the defaults hold.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not self.has_rows(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(
        self, request: HttpRequest, obj: DuplicatePolicy, form: Any, change: bool
    ) -> None:
        obj.pk = duplicates.THE_ONE
        obj.save()
