"""What is done with a segment, from its page: each a dialog with one service call."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant

from analytics.admin import segment_dialogs, segment_why
from analytics.admin.segment_dialogs import (
    ARCHIVE,
    BUILD,
    EXPORT,
    NEITHER,
    PUBLISH,
    PUT,
    STOP,
    WHY,
    WITHDRAW,
)
from analytics.admin.segment_standing import MORE, hidden_deeds, page_of
from analytics.models import Segment
from analytics.services import (
    segment_builds,
    segment_exports,
    segment_overrides,
    segment_publishing,
    segments,
)
from members.admin import confirmations, dialogs
from members.admin.base import ConsoleAdmin, operator_of
from members.errors import DomainError
from members.selectors import scopes
from members.services import submissions

# The right to publish what is computed as a tag: classes and segments alike.
MAY_PUBLISH = "analytics.add_classtag"
_PREFIX = "analytics_segment_"


class SegmentActs(ConsoleAdmin):
    """For the page of segments."""

    actions_detail = ("build_now", "stop_build", "why_member", "put_member", MORE)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """What fits the segment; the service refuses the rest in words."""
        hidden = hidden_deeds(object_id)
        found = super().get_actions_detail(request, object_id)
        return [one for one in found if one.action_name.removeprefix(_PREFIX) not in hidden]

    def has_set_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("analytics.change_segment")

    def has_why_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perms(("analytics.view_segment", "members.view_member"))

    def has_publish_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm(MAY_PUBLISH)

    def has_list_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """A list names members of any store."""
        scope = scopes.scope_for(request.user)
        return self.has_set_permission(request) and scope.is_whole_chain

    def has_export_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """A file holds members of every store."""
        may = request.user.has_perm(segment_exports.MAY_EXPORT)
        return may and scopes.scope_for(request.user).is_whole_chain

    @action(
        description=_("Build now"),
        url_path="build",
        icon="play_arrow",
        permissions=["set"],
        dialog=BUILD,
    )
    def build_now(
        self, request: HttpRequest, form: confirmations.ConfirmForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=BUILD,
            run=lambda: segment_builds.start(
                segment_id=int(object_id), at=self.now(), actor_id=operator_of(request).pk
            ),
            done=gettext("The run has begun; this is how far it is."),
            to=page_of(object_id),
        )

    @action(
        description=_("Stop the build"),
        url_path="stop",
        icon="stop",
        variant=ActionVariant.DANGER,
        permissions=["set"],
        dialog=STOP,
    )
    def stop_build(
        self, request: HttpRequest, form: confirmations.ConfirmForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=STOP,
            run=lambda: segment_builds.stop(segment_id=int(object_id), at=self.now()),
            done=gettext("The build stops after its present part."),
            to=page_of(object_id),
        )

    @action(
        description=_("Why (not) in it"),
        url_path="why",
        icon="help",
        permissions=["why"],
        dialog=WHY,
    )
    def why_member(
        self, request: HttpRequest, form: segment_dialogs.MemberForm, object_id: str
    ) -> HttpResponse:
        segment = get_object_or_404(Segment, pk=object_id)
        try:
            told = segment_why.told(segment, form.cleaned_data["member"], at=self.now())
        except DomainError as error:
            return dialogs.refused(request, WHY, form, error)
        return dialogs.show(request, "console/segment_why.html", {"why": told})

    @action(
        description=_("Put in or keep out"),
        url_path="put",
        icon="person_add",
        permissions=["set"],
        dialog=PUT,
    )
    def put_member(
        self, request: HttpRequest, form: segment_dialogs.PutForm, object_id: str
    ) -> HttpResponse:
        how, member = form.cleaned_data["how"], form.cleaned_data["member"]

        def run() -> Any:
            if how == NEITHER:
                return segment_overrides.clear(segment_id=int(object_id), member_ids=[member.pk])
            return segment_overrides.put(
                segment_id=int(object_id),
                member_ids=[member.pk],
                is_included=how == segment_dialogs.IN,
                at=self.now(),
                actor_id=operator_of(request).pk,
            )

        return confirmations.answer(
            request,
            form=form,
            dialog=PUT,
            run=run,
            done=gettext("It is noted; who is in it by hand stands below the form."),
            to=page_of(object_id),
        )

    @action(
        description=_("Upload a list"),
        url_path="upload-list",
        icon="upload_file",
        permissions=["list"],
    )
    def upload_list(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:analytics_segment_list", args=[object_id]))

    @action(
        description=_("Publish as a tag"),
        url_path="publish",
        icon="sell",
        permissions=["publish"],
        dialog=PUBLISH,
    )
    def publish_it(
        self, request: HttpRequest, form: segment_dialogs.PublishForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=PUBLISH,
            run=lambda: segment_publishing.publish(
                segment_id=int(object_id), tag=form.cleaned_data["tag"], at=self.now()
            ),
            done=gettext("Whoever is in the segment bears the tag now."),
            to=page_of(object_id),
        )

    @action(
        description=_("Publish no more"),
        url_path="withdraw",
        icon="label_off",
        variant=ActionVariant.DANGER,
        permissions=["publish"],
        dialog=WITHDRAW,
    )
    def withdraw_it(
        self, request: HttpRequest, form: confirmations.ConfirmForm, object_id: str
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=WITHDRAW,
            run=lambda: segment_publishing.withdraw(segment_id=int(object_id)),
            done=gettext("The segment is published no more."),
            to=page_of(object_id),
        )

    @action(
        description=_("Ask for a file"),
        url_path="export",
        icon="download",
        permissions=["export"],
        dialog=EXPORT,
    )
    def export_it(
        self, request: HttpRequest, form: segment_dialogs.ExportForm, object_id: str
    ) -> HttpResponse:
        actor, at = operator_of(request), self.now()
        return confirmations.answer(
            request,
            form=form,
            dialog=EXPORT,
            run=lambda: submissions.run_once(
                uid=form.cleaned_data["submission"],
                action=segment_exports.ACTION,
                actor_id=actor.pk,
                at=at,
                do=lambda: segment_exports.ask(
                    segment_id=int(object_id),
                    columns=form.cleaned_data["columns"],
                    reason=form.cleaned_data["reason"],
                    maker=actor,
                    at=at,
                ),
                member_of=lambda _request: None,
            ),
            done=gettext("Another person was asked. When they agree, the file is listed below."),
            to=page_of(object_id),
        )

    @action(
        description=_("Archive"),
        url_path="archive",
        icon="archive",
        variant=ActionVariant.DANGER,
        permissions=["set"],
        dialog=ARCHIVE,
    )
    def archive_it(
        self, request: HttpRequest, form: confirmations.ConfirmForm, object_id: str
    ) -> HttpResponse:
        try:
            segments.archive(segment_id=int(object_id), at=self.now())
        except DomainError as error:
            return dialogs.refused(request, ARCHIVE, form, error)  # type: ignore[arg-type]
        messages.success(request, gettext("The segment is archived."))
        return dialogs.go_to(reverse("admin:analytics_segment_changelist"))
