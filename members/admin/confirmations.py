"""Dialogs that confirm a step, with or without a note, and call one service."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from members.admin import dialogs
from members.errors import DomainError


class ConfirmForm(BaseDialogForm):
    """Nothing to fill in: the dialog's text says what will happen. Its service bears repeats."""

    form_before_template = "console/dialog_errors.html"

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        return {"errors": self.non_field_errors()}


class NoteForm(ConfirmForm):
    """A decision with a word on it."""

    note = forms.CharField(
        label=_("Note"),
        help_text=_("Why. Whoever asked and the auditor read it."),
        max_length=500,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class RequiredNoteForm(NoteForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = True


def answer(
    request: HttpRequest,
    *,
    form: Any,
    dialog: dict[str, Any],
    run: Callable[[], Any],
    done: str,
    to: str,
) -> HttpResponse:
    """Runs the one service call and leads to `to`; a refusal stays in the dialog, in words."""
    try:
        run()
    except DomainError as error:
        return dialogs.refused(request, dialog, form, error)
    messages.success(request, done)
    return dialogs.go_to(to)
