"""Surveys: a draft with its questions, open, closed; and the page of what came of it."""

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from members.admin import confirmations, labels, survey_results
from members.admin.base import ConsoleAdmin, operator_of
from members.admin.survey_forms import SurveyForm
from members.models import Survey
from members.selectors import scopes
from members.services import audit, surveys

COLORS = {"DRAFT": "warning", "OPEN": "success", "CLOSED": "info"}
_State = Survey.State
_STEPS: dict[str, set[str]] = {_State.DRAFT: {"open_it"}, _State.OPEN: {"results_link", "close_it"}}
OPEN = {
    "title": _("Open this survey"),
    "description": _("Members may answer from its day on. Its questions stay as they are now."),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": _("Open it"),
}
CLOSE = {
    "title": _("Close this survey"),
    "description": _(
        "What is answered from now on doesn't count; what was answered before and arrives later "
        "still does. It can't be opened again."
    ),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": _("Close it"),
}
_TEXTS = (("name_zh", "name_en"), ("code", "kind"), ("intro_zh", "intro_en"))
_WHEN = ("opens_at", "closes_at", ("flag_below", "flag_from_answers"))


@admin.register(Survey)
class SurveyAdmin(ConsoleAdmin):
    form = SurveyForm

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["console/voices.css"]}

    empty_hint = _("Add a survey: a score, and what else you want to know.")
    list_display = ("shown_name", "kind", "shown_state", "opens_at", "closes_at")
    list_filter = ("kind", "state")
    search_fields = ("code", "name_zh", "name_en")
    ordering = ("-id",)
    readonly_fields = ("shown_questions",)
    actions_detail = ("results_link", "open_it", "close_it")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            asked: tuple[Any, ...] = ("shown_questions",)
        else:
            asked = (("score_zh", "score_en"), "questions")
        return (
            (None, {"fields": _TEXTS}),
            (_("Questions"), {"fields": asked}),
            (_("When, and what is flagged"), {"fields": _WHEN}),
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if obj is not None and obj.state != _State.DRAFT:
            return False
        allowed: bool = super().has_change_permission(request, obj)
        return allowed

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("survey"), ordering="name_zh")
    def shown_name(self, survey: Survey) -> str:
        return survey.name

    @display(description=_("state"), ordering="state", label=COLORS)
    def shown_state(self, survey: Survey) -> labels.Label:
        return labels.label(survey.state, survey.get_state_display())

    @display(description=_("questions"))
    def shown_questions(self, survey: Survey) -> str:
        return format_html_join("", "<p>{}</p>", survey_results.spoken_questions(survey))

    # Steps

    def has_see_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("members.view_survey")

    def has_set_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm("members.change_survey")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        state = Survey.objects.filter(pk=object_id).values_list("state", flat=True).first()
        offered = _STEPS.get(state or "", {"results_link"})
        own = "members_survey_"
        found = super().get_actions_detail(request, object_id)
        return [one for one in found if one.action_name.removeprefix(own) in offered]

    @action(description=_("Results"), url_path="to-results", icon="monitoring", permissions=["see"])
    def results_link(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:members_survey_results", args=[object_id]))

    @action(
        description=_("Open it"),
        url_path="open",
        icon="play_arrow",
        variant=ActionVariant.PRIMARY,
        permissions=["set"],
        dialog=OPEN,
    )
    def open_it(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=OPEN,
            run=lambda: surveys.open_now(
                survey_id=int(object_id), actor_id=operator_of(request).pk, at=self.now()
            ),
            done=gettext("Members may answer now."),
            to=reverse("admin:members_survey_change", args=[object_id]),
        )

    @action(
        description=_("Close it"), url_path="close", icon="stop", permissions=["set"], dialog=CLOSE
    )
    def close_it(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=CLOSE,
            run=lambda: surveys.close(
                survey_id=int(object_id), actor_id=operator_of(request).pk, at=self.now()
            ),
            done=gettext("The survey is closed."),
            to=reverse("admin:members_survey_change", args=[object_id]),
        )

    # What came of it

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path(
                "<int:object_id>/results/",
                view(require_GET(self.results)),
                name="members_survey_results",
            ),
            path(
                "<int:object_id>/answers/",
                view(require_POST(self.answers_file)),
                name="members_survey_answers_file",
            ),
        ]
        return [*own, *super().get_urls()]

    def results(self, request: HttpRequest, object_id: int) -> HttpResponse:
        survey = self._visible(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            **survey_results.context(survey, operator_of(request)),
            "opts": self.opts,
            "title": survey.name,
        }
        return TemplateResponse(request, "console/survey_results.html", context)

    def answers_file(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Scores without names; that somebody took them out is kept."""
        survey = self._visible(request, object_id)
        if not request.user.has_perm("members.view_surveyresponse"):
            raise PermissionDenied
        operator = operator_of(request)
        audit.record(
            action="survey.export",
            at=self.now(),
            actor_id=operator.pk,
            details={"survey": survey.code},
        )
        lines = survey_results.as_csv(survey, scopes.scope_for(operator))
        name = f'attachment; filename="survey-{survey.code}.csv"'
        answer: Any = StreamingHttpResponse(
            lines, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name}
        )
        return answer  # type: ignore[no-any-return]

    def _visible(self, request: HttpRequest, object_id: int) -> Survey:
        if not self.has_view_permission(request):
            raise PermissionDenied
        survey = Survey.objects.filter(pk=object_id).first()
        if survey is None:
            raise Http404
        return survey
