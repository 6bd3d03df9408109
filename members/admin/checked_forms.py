"""Forms whose service is asked before saving: what it would refuse stands in the form, in words."""

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from members.admin import dialogs
from members.errors import DomainError
from members.models.data_categories import DataCategory


class CheckedForm(forms.ModelForm):  # type: ignore[type-arg]
    """`check` gets the instance as it would be saved and raises what the service refuses."""

    @staticmethod
    def check(instance: Any) -> None:
        """Each form has its own."""
        raise NotImplementedError

    def _post_clean(self) -> None:
        super()._post_clean()
        if self.errors:
            return
        try:
            type(self).check(self.instance)
        except DomainError as refused:
            self.add_error(NON_FIELD_ERRORS, dialogs.refusal(refused))


class CategoriesField(forms.MultipleChoiceField):
    """Kinds of personal data, as a list of codes."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", UnfoldAdminCheckboxSelectMultipleWidget)
        super().__init__(choices=DataCategory.choices, **options)

    def clean(self, value: Any) -> list[str]:
        return sorted(super().clean(value))
