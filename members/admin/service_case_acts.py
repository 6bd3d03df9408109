"""What is done with a service case, from its page: each a dialog with one service call."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from members.admin import dialogs
from members.admin import service_case_forms as forms
from members.admin.base import ReadOnlyAdmin, operator_of
from members.errors import DomainError
from members.models import CaseMessage, ServiceCase
from members.services import case_messages, service_case_steps, submissions
from members.services.service_case_changes import Doing
from members.services.service_case_steps import Classification

_PREFIX = "members_servicecase_"
_ALWAYS = frozenset({"reply", "note", "assign", "classify", "rate"})
OFFERED = {
    "OPEN": _ALWAYS | {"wait", "resolve"},
    "ANSWERED": _ALWAYS | {"wait", "resolve"},
    "WAITING": _ALWAYS | {"resolve"},
    "RESOLVED": _ALWAYS | {"reopen"},
}
CHANGES = ["members.change_servicecase"]


def _dialog(title: Any, description: Any, form: type, submit: Any) -> dict[str, Any]:
    return {
        "title": title,
        "description": description,
        "form_class": form,
        "form_submit_text": submit,
    }


REPLY = _dialog(
    _("Reply"),
    _("What the member was told, by you or through the channel; it stops the clock."),
    forms.TextForm,
    _("Write it down"),
)
NOTE = _dialog(
    _("Note among staff"), _("The member never sees it."), forms.TextForm, _("Keep the note")
)
ASSIGN = _dialog(
    _("Who works on it"), _("People of this store, or of the chain."), forms.AssignForm, _("Assign")
)
CLASSIFY = _dialog(
    _("What it is about"),
    _("While nobody has answered, the clock is that of the topic."),
    forms.ClassifyForm,
    _("Save"),
)
WAIT = _dialog(
    _("Wait for the member"),
    _("It opens again by itself when they write."),
    forms.CaseForm,
    _("Wait"),
)
RESOLVE = _dialog(
    _("Resolve this case"),
    _("It leaves the inbox; a word of the member opens it again."),
    forms.ResolveForm,
    _("Resolve"),
)
REOPEN = _dialog(
    _("Open this case again"), _("It is back in the inbox."), forms.CaseForm, _("Open it again")
)
RATE = _dialog(
    _("What the member thinks of it"),
    _("As they said it; a later word replaces it."),
    forms.RateForm,
    _("Save"),
)


@dataclass(frozen=True)
class Deed:
    """A dialog, its name, its one service call, and what is said then."""

    dialog: dict[str, Any]
    name: str
    do: Callable[[ServiceCase, Doing], Any]
    done: str


class ServiceCaseActs(ReadOnlyAdmin):
    """For the page of service cases."""

    actions_detail = (
        "reply",
        "note",
        "resolve",
        "wait",
        "reopen",
        "assign",
        "classify",
        "rate",
    )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """What fits the case's state; the service refuses the rest in words."""
        state = ServiceCase.objects.filter(pk=object_id).values_list("state", flat=True).first()
        offered = OFFERED.get(state or "", frozenset())
        found = super().get_actions_detail(request, object_id)
        return [one for one in found if one.action_name.removeprefix(_PREFIX) in offered]

    @action(
        description=_("Reply"), url_path="reply", icon="reply", permissions=CHANGES, dialog=REPLY
    )
    def reply(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._say(request, form, object_id, REPLY, CaseMessage.Kind.TO_MEMBER)

    @action(
        description=_("Note"),
        url_path="note",
        icon="sticky_note_2",
        permissions=CHANGES,
        dialog=NOTE,
    )
    def note(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._say(request, form, object_id, NOTE, CaseMessage.Kind.NOTE)

    @action(
        description=_("Assign"),
        url_path="assign",
        icon="person",
        permissions=CHANGES,
        dialog=ASSIGN,
    )
    def assign(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        person = form.cleaned_data["assignee"]

        def do(case: ServiceCase, doing: Doing) -> Any:
            return service_case_steps.assign(
                case_id=case.pk, assignee_id=person.pk if person else None, doing=doing
            )

        done = (
            gettext("It is in their inbox now.") if person else gettext("Nobody works on it now.")
        )
        return self._run(request, form, object_id, Deed(ASSIGN, "assign", do, done))

    @action(
        description=_("Topic"),
        url_path="classify",
        icon="label",
        permissions=CHANGES,
        dialog=CLASSIFY,
    )
    def classify(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        said = Classification(
            topic=form.cleaned_data["topic"].code,
            kind=form.cleaned_data["kind"],
            priority=form.cleaned_data["priority"],
        )

        def do(case: ServiceCase, doing: Doing) -> Any:
            return service_case_steps.classify(case_id=case.pk, said=said, doing=doing)

        return self._run(
            request, form, object_id, Deed(CLASSIFY, "classify", do, gettext("Saved."))
        )

    @action(
        description=_("Wait"),
        url_path="wait",
        icon="hourglass_empty",
        permissions=CHANGES,
        dialog=WAIT,
    )
    def wait(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        def do(case: ServiceCase, doing: Doing) -> Any:
            return service_case_steps.wait(case_id=case.pk, doing=doing)

        done = gettext("It waits for the member.")
        return self._run(request, form, object_id, Deed(WAIT, "wait", do, done))

    @action(
        description=_("Resolve"),
        url_path="resolve",
        icon="check_circle",
        permissions=CHANGES,
        dialog=RESOLVE,
    )
    def resolve(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        def do(case: ServiceCase, doing: Doing) -> Any:
            return service_case_steps.resolve(
                case_id=case.pk, doing=doing, answer=form.cleaned_data["text"]
            )

        done = gettext("Resolved.")
        return self._run(request, form, object_id, Deed(RESOLVE, "resolve", do, done))

    @action(
        description=_("Open again"),
        url_path="reopen",
        icon="undo",
        permissions=CHANGES,
        dialog=REOPEN,
    )
    def reopen(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        def do(case: ServiceCase, doing: Doing) -> Any:
            return service_case_steps.reopen(case_id=case.pk, doing=doing)

        done = gettext("It is open again.")
        return self._run(request, form, object_id, Deed(REOPEN, "reopen", do, done))

    @action(
        description=_("Satisfaction"),
        url_path="rate",
        icon="star",
        permissions=CHANGES,
        dialog=RATE,
    )
    def rate(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        def do(case: ServiceCase, doing: Doing) -> Any:
            return service_case_steps.rate(
                case_id=case.pk, satisfaction=form.cleaned_data["satisfaction"], doing=doing
            )

        return self._run(request, form, object_id, Deed(RATE, "rate", do, gettext("Saved.")))

    def _say(
        self, request: HttpRequest, form: Any, object_id: str, dialog: dict[str, Any], kind: str
    ) -> HttpResponse:
        word = case_messages.Word(kind=kind, text=form.cleaned_data["text"])

        def do(case: ServiceCase, doing: Doing) -> Any:
            # Whatever came in between, it was said.
            said = Doing(at=doing.at, actor_id=doing.actor_id, source=doing.source)
            return case_messages.add(case_id=case.pk, word=word, doing=said)

        done = gettext("It is in the conversation now.")
        return self._run(request, form, object_id, Deed(dialog, kind.lower(), do, done))

    def _run(self, request: HttpRequest, form: Any, object_id: str, deed: Deed) -> HttpResponse:
        """Once for each form; a refusal stays in the dialog."""
        case = get_object_or_404(self.get_queryset(request), pk=object_id)
        doing = Doing(
            at=self.now(),
            actor_id=operator_of(request).pk,
            source="console",
            expected_version=form.cleaned_data["version"],
        )
        try:
            submissions.run_once(
                uid=form.cleaned_data["submission"],
                action=f"members.service_case.{deed.name}",
                actor_id=operator_of(request).pk,
                at=doing.at,
                do=lambda: deed.do(case, doing),
                member_of=lambda _done: case.member_id,
            )
        except DomainError as error:
            return dialogs.refused(request, deed.dialog, form, error)
        messages.success(request, deed.done)
        return dialogs.go_to(reverse("admin:members_servicecase_change", args=[case.pk]))
