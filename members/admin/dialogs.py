"""Dialogs on a page: a form with a hidden id, a refusal in words, the outcome as a message."""

import uuid
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from members.admin.base import operator_of
from members.errors import DomainError
from members.registry.member_page import Action


class DialogForm(BaseDialogForm):
    """A dialog that has its effect once: `submission` goes to `members.services.submissions`.

    Unfold's dialog shows no errors but those of fields; ours come before them.
    """

    form_before_template = "console/dialog_errors.html"

    submission = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def get_before_template_context(
        self, request: HttpRequest, object_id: int | str | None = None
    ) -> dict[str, Any]:
        return {"errors": self.non_field_errors()}


class ReasonForm(DialogForm):
    """Asks why, in the operator's own words."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("It is kept with your name and the time."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
    )


def refusal(error: DomainError) -> str:
    """What a service's refusal says in the reader's language."""
    return gettext(str(error))


def member_action(spec: Action) -> Callable[..., HttpResponse]:
    """Unfold's dialog action for an `Action` that an app added to the member's page."""
    dialog = {
        "title": spec.title,
        "description": spec.description,
        "form_class": spec.form_class,
        "form_submit_text": spec.submit_text,
    }

    def run(admin: Any, request: HttpRequest, form: DialogForm, object_id: str) -> HttpResponse:
        member = admin.visible_member(request, object_id)
        try:
            outcome = spec.run(
                member=member,
                cleaned=form.cleaned_data,
                actor=operator_of(request),
                at=admin.now(),
            )
        except DomainError as error:
            return refused(request, dialog, form, error)
        level = messages.SUCCESS if outcome.is_done else messages.WARNING
        if outcome.text:
            messages.add_message(request, level, outcome.text)
        return go_to(outcome.to or admin.page_of(member))

    # Unfold finds an action of the page by the function's name.
    run.__name__ = spec.code
    return action(  # type: ignore[no-any-return]
        description=spec.title,
        url_path=spec.code.replace("_", "-"),
        icon=spec.icon,
        permissions=[spec.permission],
        dialog=dialog,
    )(run)


def refused(
    request: HttpRequest, dialog: dict[str, Any], form: DialogForm, error: DomainError
) -> HttpResponse:
    """The dialog again, with what was filled in and why it was refused."""
    form.add_error(None, refusal(error))
    context = {
        "dialog": dialog,
        "form": form,
        "form_submit_text": dialog.get("form_submit_text", ""),
    }
    return render(request, "unfold/helpers/dialog.html", context)


def go_to(url: str) -> HttpResponse:
    """Closes the dialog by loading `url`."""
    return HttpResponse(headers={"HX-Redirect": url})


def show(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Puts `template` (with the id `dialog`) in the dialog's place."""
    response = render(request, template, context)
    response["HX-Retarget"] = response["HX-Reselect"] = "#dialog"
    response["HX-Reswap"] = "outerHTML"
    return response
