"""What staff do with a privacy request: each a dialog with its one service call."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy
from unfold.decorators import action
from unfold.enums import ActionVariant

from members.admin import confirmations, privacy_forms, privacy_words
from members.admin.base import operator_of
from members.models import PrivacyRequest, RecipientNotice, User
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


def _deed(
    name: str,
    dialog: dict[str, Any],
    icon: str,
    do: Callable[..., Any],
    *,
    done: Any,
    variant: ActionVariant = ActionVariant.DEFAULT,
) -> Callable[..., HttpResponse]:
    """An action of the page: `do(row, cleaned, actor=, at=)` is its one service call."""

    def run(page: Any, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        row = page.visible(request, object_id)
        return confirmations.answer(
            request,
            form=form,
            dialog=dialog,
            run=lambda: do(row, form.cleaned_data, actor=operator_of(request), at=page.now()),
            done=str(done),
            to=page.page_of(row.pk),
        )

    # Unfold finds an action of the page by the function's name.
    run.__name__ = name
    return action(  # type: ignore[no-any-return]
        description=dialog["title"],
        url_path=name.replace("_", "-"),
        icon=icon,
        permissions=["deal"],
        variant=variant,
        dialog=dialog,
    )(run)


def _verify(row: PrivacyRequest, cleaned: Any, *, actor: User, at: datetime) -> Any:
    return privacy_requests.verify(request_id=row.pk, how=cleaned["how"], actor=actor, at=at)


def _take(row: PrivacyRequest, cleaned: Any, *, actor: User, at: datetime) -> Any:
    return privacy_requests.take(request_id=row.pk, actor=actor, at=at)


def _carry_out(row: PrivacyRequest, cleaned: Any, *, actor: User, at: datetime) -> Any:
    return privacy_deeds.carry_out(request_id=row.pk, actor_id=actor.pk, at=at)


def _make_package(row: PrivacyRequest, cleaned: Any, *, actor: User, at: datetime) -> Any:
    return privacy_exports.ask(request_id=row.pk, reason=cleaned["note"], maker=actor, at=at)


def _erase(row: PrivacyRequest, cleaned: Any, *, actor: User, at: datetime) -> Any:
    return erasures.ask(request_id=row.pk, reason=cleaned["note"], maker=actor, at=at)


def _refuse(row: PrivacyRequest, cleaned: Any, *, actor: User, at: datetime) -> Any:
    return privacy_requests.refuse(request_id=row.pk, reason=cleaned["note"], actor=actor, at=at)


def _withdraw(row: PrivacyRequest, cleaned: Any, *, actor: User, at: datetime) -> Any:
    return privacy_requests.withdraw(request_id=row.pk, actor_id=actor.pk, at=at)


def _tell(row: PrivacyRequest, cleaned: Any, *, actor: User, at: datetime) -> Any:
    return recipient_notices.tell(notice_id=int(cleaned["notice"]), actor=actor, at=at)


def _answer(row: PrivacyRequest, cleaned: Any, *, actor: User, at: datetime) -> Any:
    return recipient_notices.answer(
        notice_id=int(cleaned["notice"]),
        state=cleaned["state"],
        answer=cleaned["answer"],
        actor=actor,
        at=at,
    )


_ASKED = gettext_lazy("Another person was asked to approve it.")
_GO = ActionVariant.PRIMARY


class Acts:
    """The actions of a request's page; `page_of`, `visible` and `now` are the page's."""

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
    verify = _deed(
        "verify",
        VERIFY,
        "verified_user",
        _verify,
        done=gettext_lazy("Now it can be carried out."),
        variant=_GO,
    )
    take = _deed("take", TAKE, "front_hand", _take, done=gettext_lazy("It is yours."))
    carry_out = _deed(
        "carry_out", CARRY_OUT, "check", _carry_out, done=gettext_lazy("Done."), variant=_GO
    )
    make_package = _deed(
        "make_package", MAKE_PACKAGE, "folder_zip", _make_package, done=_ASKED, variant=_GO
    )
    erase = _deed("erase", ERASE, "person_off", _erase, done=_ASKED, variant=ActionVariant.DANGER)
    refuse = _deed(
        "refuse",
        REFUSE,
        "block",
        _refuse,
        done=gettext_lazy("Refused; the member must be told why."),
    )
    withdraw = _deed("withdraw", WITHDRAW, "undo", _withdraw, done=gettext_lazy("Withdrawn."))
    tell_recipient = _deed(
        "tell_recipient", TELL, "send", _tell, done=gettext_lazy("Noted that they were told.")
    )
    answer_recipient = _deed(
        "answer_recipient",
        ANSWER,
        "mark_email_read",
        _answer,
        done=gettext_lazy("Their answer is kept."),
    )

    def has_deal_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return bool(request.user.has_perm(CHANGE))

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """What fits the request's state; the services refuse the rest in words."""
        offered = _offered(object_id)
        found = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        own = "members_privacyrequest_"
        return [one for one in found if one.action_name.removeprefix(own) in offered]


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
