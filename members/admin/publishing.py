"""Pages of what is drafted, published with a second person's consent, and then stays as it is."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action
from unfold.enums import ActionVariant

from members.admin import confirmations, dialogs
from members.admin.base import ConsoleAdmin, operator_of
from members.errors import DomainError


def is_draft(document: Any) -> bool:
    """So is what has not been saved yet."""
    return document is None or bool(document.state == document.State.DRAFT)


def spoken_at(document: models.Model) -> str:
    """Where the document's form asks what it says as a sentence."""
    name = f"admin:{document._meta.app_label}_{document._meta.model_name}_spoken"
    return reverse(name, args=[document.pk]) if document.pk else reverse(f"{name}_new")


class PublishedAdmin(ConsoleAdmin):
    """A draft is a form that says itself as a sentence; from then on `published_fieldsets` show.

    `offered` names by state the actions that fit it.
    """

    offered: ClassVar[dict[str, frozenset[str]]] = {}
    published_fieldsets: Any = ()

    def get_urls(self) -> list[URLPattern]:
        spoken = require_POST(self.admin_site.admin_view(self.spoken))
        name = f"{self.opts.app_label}_{self.opts.model_name}_spoken"
        own = [
            path("spoken/", spoken, name=f"{name}_new"),
            path("<int:object_id>/spoken/", spoken, name=name),
        ]
        return [*own, *super().get_urls()]

    def spoken(self, request: HttpRequest, object_id: int | None = None) -> HttpResponse:
        """The form as it stands, as a sentence, and what is wrong with its condition. Abstract:
        each kind of document has words of its own."""
        raise NotImplementedError

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        is_form = obj is None or (is_draft(obj) and self.has_change_permission(request, obj))
        return super().get_fieldsets(request, obj) if is_form else self.published_fieldsets

    def has_set_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is None or not is_draft(obj):
            return False
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """What fits the document's state; the service refuses the rest in words."""
        offered = self.offered.get(self.state_of(object_id), frozenset())
        own = f"{self.opts.app_label}_{self.opts.model_name}_"
        found = super().get_actions_detail(request, object_id)
        return [one for one in found if one.action_name.removeprefix(own) in offered]

    def state_of(self, object_id: Any) -> str:
        """The key in `offered`; empty where there is no such document."""
        found = self.model._default_manager.filter(pk=object_id).values_list("state", flat=True)
        return found.first() or ""

    def page_of(self, object_id: Any) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return reverse(name, args=[object_id])


class VersionedAdmin(PublishedAdmin):
    """An order keeps the version that it was judged by: only drafts change."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if not is_draft(obj):
            return False
        allowed: bool = super().has_change_permission(request, obj)
        return allowed


# The actions in its life, each a dialog with the one service call that it gets.


def publish_action(dialog: dict[str, Any], ask: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """Asks a second person; `ask` gets the document's id, `reason`, `maker` and `at`."""

    def publish(
        page: PublishedAdmin,
        request: HttpRequest,
        form: confirmations.RequiredNoteForm,
        object_id: str,
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=dialog,
            run=lambda: ask(
                int(object_id),
                reason=form.cleaned_data["note"],
                maker=operator_of(request),
                at=page.now(),
            ),
            done=gettext("Another person was asked to approve it."),
            to=page.page_of(object_id),
        )

    return action(  # type: ignore[no-any-return]
        description=_("Publish"),
        url_path="publish",
        icon="publish",
        variant=ActionVariant.PRIMARY,
        permissions=["set"],
        dialog=dialog,
    )(publish)


def stop_action(
    dialog: dict[str, Any], stop_it: Callable[..., Any], *, title: Any, done: Any
) -> Callable[..., HttpResponse]:
    """Ends it early and says `done`; `stop_it` gets the document's id, `reason`, `actor`, `at`."""

    def stop(
        page: PublishedAdmin,
        request: HttpRequest,
        form: confirmations.RequiredNoteForm,
        object_id: str,
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=dialog,
            run=lambda: stop_it(
                int(object_id),
                reason=form.cleaned_data["note"],
                actor=operator_of(request),
                at=page.now(),
            ),
            done=str(done),
            to=page.page_of(object_id),
        )

    return action(  # type: ignore[no-any-return]
        description=title,
        url_path="stop",
        icon="stop_circle",
        variant=ActionVariant.DANGER,
        permissions=["set"],
        dialog=dialog,
    )(stop)


def renew_action(dialog: dict[str, Any], renew: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """Leads to the draft of the next version, which `renew` makes of the document's id and `at`."""

    def new_version(
        page: PublishedAdmin,
        request: HttpRequest,
        form: confirmations.ConfirmForm,
        object_id: str,
    ) -> HttpResponse:
        try:
            draft = renew(int(object_id), at=page.now())
        except DomainError as error:
            return dialogs.refused(request, dialog, form, error)
        messages.success(request, gettext("This is the draft of the next version."))
        return dialogs.go_to(page.page_of(draft.pk))

    return action(  # type: ignore[no-any-return]
        description=_("New version"),
        url_path="new-version",
        icon="content_copy",
        permissions=["set"],
        dialog=dialog,
    )(new_version)
