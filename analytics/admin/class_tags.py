"""Classes that are published as tags: one line each, taken back by a dialog."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminSelectWidget

from analytics.models import ClassKind, ClassTag
from analytics.registry import classes
from analytics.services import class_tags
from members.admin import confirmations, dialogs
from members.admin.base import ConsoleAdmin
from members.errors import DomainError
from members.models import Tag

WITHDRAW: dict[str, Any] = {
    "title": _("Publish no more"),
    "description": _("Whoever bears the tag because of this class loses it at once."),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": _("Take the tag back"),
}


class ClassTagForm(forms.ModelForm):  # type: ignore[type-arg]
    chosen = forms.ChoiceField(
        label=_("Class"),
        help_text=_("Members of this class bear the tag from the next night on."),
        widget=UnfoldAdminSelectWidget,
    )

    class Meta:
        model = ClassTag
        fields = ("tag",)
        help_texts = {
            "tag": _("It is given and taken by the night alone: nobody gives it by hand any more.")
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "chosen" in self.fields:
            self.fields["chosen"].choices = [
                ("", "–"),
                *((kind.label, _choices(kind)) for kind in ClassKind),
            ]
        if "tag" in self.fields:
            self.fields["tag"].queryset = Tag.objects.exclude(origin=Tag.Origin.RULE)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        kind, _separator, code = cleaned["chosen"].partition(":")
        self.instance.kind, self.instance.code = kind, code
        try:
            class_tags.check(kind=kind, code=code, tag=cleaned["tag"])
        except DomainError as refused:
            self.add_error("chosen", dialogs.refusal(refused))
        return cleaned


def _choices(kind: ClassKind) -> list[tuple[str, Any]]:
    return [(f"{kind.value}:{code}", name) for code, name in classes.choices(kind)]


@admin.register(ClassTag)
class ClassTagAdmin(ConsoleAdmin):
    form = ClassTagForm
    empty_hint = _("Publish a class as a tag, and rules at the till can ask for it.")
    list_display = ("shown_class", "kind", "tag")
    list_filter = ("kind",)
    list_select_related = ("tag",)
    ordering = ("kind", "code")
    fields = (("chosen", "tag"),)
    actions_detail = ("withdraw",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("shown_class", "kind", "tag") if obj else self.fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("shown_class", "kind", "tag") if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_publish_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self.has_add_permission(request)

    def save_model(self, request: HttpRequest, obj: ClassTag, form: Any, change: bool) -> None:
        obj.pk = class_tags.add(kind=obj.kind, code=obj.code, tag=obj.tag).pk

    @action(  # type: ignore[untyped-decorator,unused-ignore]
        description=_("Publish no more"),
        url_path="withdraw",
        icon="label_off",
        variant=ActionVariant.DANGER,
        permissions=["publish"],
        dialog=WITHDRAW,
    )
    def withdraw(
        self, request: HttpRequest, form: confirmations.ConfirmForm, object_id: str
    ) -> HttpResponse:
        row = ClassTag.objects.filter(pk=object_id).first()
        return confirmations.answer(
            request,
            form=form,
            dialog=WITHDRAW,
            run=lambda: row and class_tags.remove(class_tag=row),
            done=gettext("The class is published no more."),
            to=reverse("admin:analytics_classtag_changelist"),
        )

    @display(description=_("class"))
    def shown_class(self, row: ClassTag) -> str:
        return str(classes.name(row.kind, row.code).label)
