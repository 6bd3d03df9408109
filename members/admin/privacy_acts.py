"""What staff do with a privacy request: each a dialog with its one service call."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.enums import ActionVariant

from members.admin import confirmations, privacy_forms, privacy_words
from members.admin.base import operator_of
from members.models import PrivacyRequest, RecipientNotice
from members.services import (
    erasures,
    privacy_deeds,
    privacy_exports,
    privacy_requests,
    recipient_notices,
)

_State, _Kind = PrivacyRequest.State, PrivacyRequest.Kind
CHANGE = "members.change_privacyrequest"


def _dialog(title: Any, description: Any, form: type, submit: Any) -> dict[str, Any]:
    return {
        "title": title,
        "description": description,
        "form_class": form,
        "form_submit_text": submit,
    }


VERIFY = _dialog(
    gettext_lazy("Identity checked"),
    gettext_lazy("Say how you know that the member themselves ask. Nothing is done without it."),
    privacy_forms.VerifyForm,
    gettext_lazy("Checked"),
)
TAKE = _dialog(
    gettext_lazy("Take this request"),
    gettext_lazy("You look after it; colleagues see your name."),
    confirmations.ConfirmForm,
    gettext_lazy("Take it"),
)
CARRY_OUT = _dialog(
    gettext_lazy("Carry it out"),
    gettext_lazy("What the page says happens at once."),
    confirmations.ConfirmForm,
    gettext_lazy("Carry it out"),
)
MAKE_PACKAGE = _dialog(
    gettext_lazy("Make the package"),
    gettext_lazy("It opens the member's data: another person approves first."),
    confirmations.RequiredNoteForm,
    gettext_lazy("Ask for approval"),
)
ERASE = _dialog(
    gettext_lazy("Erase the member"),
    gettext_lazy(
        "Another person approves it. Then it happens at once and can't be taken back. "
        "No names in the note, please."
    ),
    confirmations.RequiredNoteForm,
    gettext_lazy("Ask for approval"),
)
REFUSE = _dialog(
    gettext_lazy("Refuse"),
    gettext_lazy("The note is what the member is told: on which ground, and where to complain."),
    confirmations.RequiredNoteForm,
    gettext_lazy("Refuse"),
)
WITHDRAW = _dialog(
    gettext_lazy("Withdraw"),
    gettext_lazy("The member takes the request back; nothing happens."),
    confirmations.ConfirmForm,
    gettext_lazy("Withdraw"),
)
TELL = _dialog(
    gettext_lazy("A recipient was told"),
    gettext_lazy("Note it once the letter or message is on its way."),
    privacy_forms.TellForm,
    gettext_lazy("Told"),
)
ANSWER = _dialog(
    gettext_lazy("A recipient answered"),
    gettext_lazy("Whether they erased or corrected the data too."),
    privacy_forms.AnswerForm,
    gettext_lazy("Keep the answer"),
)


class Acts:
    """The actions of a request's page; `page_of`, `visible` and `now` are the page's."""

    page_of: Callable[[Any], str]
    visible: Callable[..., PrivacyRequest]
    now: Callable[[], Any]

    actions_detail = (
        "verify",
        "take",
        "carry_out",
        "make_package",
        "erase",
        "refuse",
        "withdraw",
        "tell_recipient",
        "answer_recipient",
    )

    def has_deal_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm(CHANGE))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """What fits the request's state; the services refuse the rest in words."""
        offered = _offered(object_id)
        found = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        own = "members_privacyrequest_"
        return [one for one in found if one.action_name.removeprefix(own) in offered]

    def _run(
        self,
        request: HttpRequest,
        form: Any,
        dialog: dict[str, Any],
        object_id: str,
        *,
        do: Callable[[PrivacyRequest], Any],
        done: str,
    ) -> HttpResponse:
        row = self.visible(request, object_id)
        return confirmations.answer(
            request,
            form=form,
            dialog=dialog,
            run=lambda: do(row),
            done=done,
            to=self.page_of(row.pk),
        )

    @action(
        description=VERIFY["title"],
        url_path="verify",
        icon="verified_user",
        permissions=["deal"],
        variant=ActionVariant.PRIMARY,
        dialog=VERIFY,
    )
    def verify(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._run(
            request,
            form,
            VERIFY,
            object_id,
            do=lambda row: privacy_requests.verify(
                request_id=row.pk,
                how=form.cleaned_data["how"],
                actor=operator_of(request),
                at=self.now(),
            ),
            done=_("Now it can be carried out."),
        )

    @action(
        description=TAKE["title"],
        url_path="take",
        icon="front_hand",
        permissions=["deal"],
        dialog=TAKE,
    )
    def take(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._run(
            request,
            form,
            TAKE,
            object_id,
            do=lambda row: privacy_requests.take(
                request_id=row.pk, actor=operator_of(request), at=self.now()
            ),
            done=_("It is yours."),
        )

    @action(
        description=CARRY_OUT["title"],
        url_path="carry-out",
        icon="check",
        variant=ActionVariant.PRIMARY,
        permissions=["deal"],
        dialog=CARRY_OUT,
    )
    def carry_out(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._run(
            request,
            form,
            CARRY_OUT,
            object_id,
            do=lambda row: privacy_deeds.carry_out(
                request_id=row.pk, actor_id=operator_of(request).pk, at=self.now()
            ),
            done=_("Done."),
        )

    @action(
        description=MAKE_PACKAGE["title"],
        url_path="make-package",
        icon="folder_zip",
        variant=ActionVariant.PRIMARY,
        permissions=["deal"],
        dialog=MAKE_PACKAGE,
    )
    def make_package(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._ask(request, form, MAKE_PACKAGE, object_id, privacy_exports.ask)

    @action(
        description=ERASE["title"],
        url_path="erase",
        icon="person_off",
        variant=ActionVariant.DANGER,
        permissions=["deal"],
        dialog=ERASE,
    )
    def erase(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._ask(request, form, ERASE, object_id, erasures.ask)

    def _ask(
        self,
        request: HttpRequest,
        form: Any,
        dialog: dict[str, Any],
        object_id: str,
        ask: Callable[..., Any],
    ) -> HttpResponse:
        return self._run(
            request,
            form,
            dialog,
            object_id,
            do=lambda row: ask(
                request_id=row.pk,
                reason=form.cleaned_data["note"],
                maker=operator_of(request),
                at=self.now(),
            ),
            done=_("Another person was asked to approve it."),
        )

    @action(
        description=REFUSE["title"],
        url_path="refuse",
        icon="block",
        permissions=["deal"],
        dialog=REFUSE,
    )
    def refuse(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._run(
            request,
            form,
            REFUSE,
            object_id,
            do=lambda row: privacy_requests.refuse(
                request_id=row.pk,
                reason=form.cleaned_data["note"],
                actor=operator_of(request),
                at=self.now(),
            ),
            done=_("Refused; the member must be told why."),
        )

    @action(
        description=WITHDRAW["title"],
        url_path="withdraw",
        icon="undo",
        permissions=["deal"],
        dialog=WITHDRAW,
    )
    def withdraw(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._run(
            request,
            form,
            WITHDRAW,
            object_id,
            do=lambda row: privacy_requests.withdraw(
                request_id=row.pk, actor_id=operator_of(request).pk, at=self.now()
            ),
            done=_("Withdrawn."),
        )

    @action(
        description=TELL["title"],
        url_path="tell-recipient",
        icon="send",
        permissions=["deal"],
        dialog=TELL,
    )
    def tell_recipient(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._run(
            request,
            form,
            TELL,
            object_id,
            do=lambda row: recipient_notices.tell(
                notice_id=int(form.cleaned_data["notice"]),
                actor=operator_of(request),
                at=self.now(),
            ),
            done=_("Noted that they were told."),
        )

    @action(
        description=ANSWER["title"],
        url_path="answer-recipient",
        icon="mark_email_read",
        permissions=["deal"],
        dialog=ANSWER,
    )
    def answer_recipient(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        return self._run(
            request,
            form,
            ANSWER,
            object_id,
            do=lambda row: recipient_notices.answer(
                notice_id=int(form.cleaned_data["notice"]),
                state=form.cleaned_data["state"],
                answer=form.cleaned_data["answer"],
                actor=operator_of(request),
                at=self.now(),
            ),
            done=_("Their answer is kept."),
        )


def _offered(object_id: Any) -> set[str]:
    row = PrivacyRequest.objects.filter(pk=object_id).defer("details").first()
    if row is None:
        return set()
    offered = set()
    if row.state in privacy_requests.OPEN:
        offered |= {"take", "refuse", "withdraw"}
        offered |= {"verify"} if row.state == _State.RECEIVED else _deeds(row.kind)
    states = set(RecipientNotice.objects.filter(request=row).values_list("state", flat=True))
    if RecipientNotice.State.TO_TELL in states:
        offered.add("tell_recipient")
    if RecipientNotice.State.TOLD in states:
        offered.add("answer_recipient")
    return offered


def _deeds(kind: str) -> set[str]:
    if kind in privacy_words.DIRECT:
        return {"carry_out"}
    return {"make_package"} if kind in privacy_words.PACKAGES else {"erase"}
