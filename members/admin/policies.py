"""Policy texts: published once, in force from an instant, then read-only."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from members.admin import labels
from members.admin.base import ConsoleAdmin, operator_of
from members.admin.checked_forms import CheckedForm
from members.models import PolicyDocument
from members.selectors import policies as selectors
from members.services import policies
from members.services.policies import Text

COLORS = {"now": "success", "later": "info", "past": "warning"}


def text_of(document: PolicyDocument) -> Text:
    return Text(
        kind=document.kind,
        version=document.version,
        language=document.language,
        title=document.title,
        text=document.text,
        effective_at=document.effective_at,
    )


class PolicyForm(CheckedForm):
    language = forms.ChoiceField(
        label=_("language"), choices=settings.LANGUAGES, widget=UnfoldAdminSelectWidget
    )

    class Meta:
        model = PolicyDocument
        fields = ("kind", "version", "language", "title", "text", "effective_at")
        widgets = {"text": UnfoldAdminTextareaWidget(attrs={"rows": 24})}
        help_texts = {
            "version": _("As consents will name it, such as 2026-11. It can't be used again."),
            "text": _("Plain text; an empty line begins a paragraph. It can't be changed later."),
            "effective_at": _("The same instant for all languages of a version."),
        }

    @staticmethod
    def check(instance: PolicyDocument) -> None:
        policies.check(text_of(instance))


@admin.register(PolicyDocument)
class PolicyDocumentAdmin(ConsoleAdmin):
    form = PolicyForm
    empty_hint = _("Publish the privacy policy: consents will name its version from then on.")
    list_display = ("title", "kind", "version", "language", "shown_state", "effective_at")
    list_filter = ("kind", "language")
    ordering = ("-effective_at", "kind", "language")
    fieldsets = (
        (None, {"fields": (("kind", "version", "language"), "effective_at", "title", "text")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return self.fieldsets
        shown = ("kind", "version", "language"), ("effective_at", "published_at", "published_by")
        return ((None, {"fields": (*shown, "sha256", "title", "text")}),)

    def save_model(
        self, request: HttpRequest, obj: PolicyDocument, form: Any, change: bool
    ) -> None:
        actor = operator_of(request)
        stored = policies.publish(text=text_of(obj), actor_id=actor.pk, at=self.now())
        obj.pk = stored.pk

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).select_related("published_by")
        return rows.annotate(in_force=selectors.version_in_force(at=self.now()))

    @display(description=_("state"), label=COLORS)
    def shown_state(self, document: PolicyDocument) -> labels.Label:
        at: datetime = self.now()
        if document.effective_at > at:
            return labels.label("later", _("Announced"))
        if document.__dict__.get("in_force") == document.version:
            return labels.label("now", _("In force"))
        return labels.label("past", _("Replaced"))
