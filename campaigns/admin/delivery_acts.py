"""The deeds of the messages' page: failed and unknown ones are sent again, one or many."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant

from campaigns.admin import delivery_words
from campaigns.admin.delivery_forms import AgainForm, ManyForm, UnknownForm
from campaigns.models import Delivery
from campaigns.selectors import dead_deliveries
from campaigns.selectors.dead_deliveries import Wanted
from campaigns.services import redeliveries
from campaigns.services.redeliveries import Asked
from members.admin import confirmations, dialogs
from members.admin.base import operator_of
from members.errors import DomainError
from members.services import submissions

_State = Delivery.State
RESEND = "campaigns.resend_delivery"
AGAIN = {
    "title": _("Send it again"),
    "description": _(
        "It surely didn't go out. The gate looks at it once more: consent, address, quiet hours "
        "and caps hold as ever."
    ),
    "form_class": AgainForm,
    "form_submit_text": _("Send again"),
}
UNKNOWN = {
    "title": _("Send it again, although it may have arrived"),
    "description": _(
        "Nobody knows whether this message arrived: the provider's answer was lost, or the sender "
        "stopped on the way. Look with the provider first. If it did arrive, the member gets it "
        "a second time."
    ),
    "form_class": UnknownForm,
    "form_submit_text": _("Send again all the same"),
}
MANY = {
    "title": _("Send failed messages again"),
    "description": _(
        "The oldest 1,000 at most. Mend the cause first: what fails again is here again. The gate "
        "looks at each once more."
    ),
    "form_class": ManyForm,
    "form_submit_text": _("Send again"),
}
# The deed that fits a message's state.
_FITTING: dict[str, str] = {_State.FAILED: "send_again", _State.UNKNOWN: "send_unknown_again"}


class ResendActs:
    """Mixed into the messages' page."""

    def has_resend_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return request.user.has_perm(RESEND)

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """What fits the message's state; the service refuses the rest in words."""
        states = Delivery.objects.filter(pk=object_id).values_list("state", flat=True)
        fitting = _FITTING.get(states.first() or "", "")
        found = super().get_actions_detail(request, object_id)  # type: ignore[misc]
        return [one for one in found if fitting and one.action_name.endswith(f"_{fitting}")]

    @action(
        description=_("Send again"),
        url_path="send-again",
        icon="replay",
        variant=ActionVariant.PRIMARY,
        permissions=["resend"],
        dialog=AGAIN,
    )
    def send_again(self, request: HttpRequest, form: AgainForm, object_id: str) -> HttpResponse:
        return self._sent_again(request, form, object_id, AGAIN, is_doubling_accepted=False)

    @action(
        description=_("Send again, though it may have arrived"),
        url_path="send-unknown-again",
        icon="replay",
        variant=ActionVariant.DANGER,
        permissions=["resend"],
        dialog=UNKNOWN,
    )
    def send_unknown_again(
        self, request: HttpRequest, form: UnknownForm, object_id: str
    ) -> HttpResponse:
        return self._sent_again(request, form, object_id, UNKNOWN, is_doubling_accepted=True)

    @action(
        description=_("Send failed ones again"),
        url_path="send-many-again",
        icon="replay",
        permissions=["resend"],
        dialog=MANY,
    )
    def send_many_again(self, request: HttpRequest, form: ManyForm) -> HttpResponse:
        cleaned = form.cleaned_data
        campaign, has_unknown = cleaned["campaign"], cleaned["has_unknown"]
        wanted = Wanted(
            campaign_id=campaign.pk if campaign else None,
            medium=cleaned["medium"],
            has_unknown=has_unknown,
        )
        page: Any = self
        chosen = dead_deliveries.ids(
            page.get_queryset(request), wanted=wanted, limit=redeliveries.MOST_AT_ONCE
        )
        if not chosen:
            return dialogs.refused(request, MANY, form, redeliveries.NothingToSend())
        asked = Asked(
            delivery_ids=chosen, reason=cleaned["reason"], is_doubling_accepted=has_unknown
        )
        try:
            sent = submissions.run_once(
                uid=cleaned["submission"],
                action=redeliveries.ACTION,
                actor_id=operator_of(request).pk,
                at=page.now(),
                do=lambda: redeliveries.send_again(
                    asked=asked, actor_id=operator_of(request).pk, at=page.now()
                ),
                member_of=lambda _outcome: None,
            )
        except DomainError as error:
            return dialogs.refused(request, MANY, form, error)
        if sent.result is not None:
            _tell(request, sent.result)
        return dialogs.go_to(reverse("admin:campaigns_delivery_changelist"))

    def _sent_again(
        self,
        request: HttpRequest,
        form: Any,
        object_id: str,
        dialog: dict[str, Any],
        *,
        is_doubling_accepted: bool,
    ) -> HttpResponse:
        page: Any = self
        if not page.get_queryset(request).filter(pk=int(object_id)).exists():
            raise Http404
        asked = Asked(
            delivery_ids=[int(object_id)],
            reason=form.cleaned_data["reason"],
            is_doubling_accepted=is_doubling_accepted,
        )
        return confirmations.answer(
            request,
            form=form,
            dialog=dialog,
            run=lambda: redeliveries.send_again(
                asked=asked, actor_id=operator_of(request).pk, at=page.now()
            ),
            done=gettext("It is queued, and goes out at once."),
            to=reverse("admin:campaigns_delivery_change", args=[object_id]),
        )


def _tell(request: HttpRequest, outcome: redeliveries.Outcome) -> None:
    text = ngettext(
        "%(count)s message goes out again.", "%(count)s messages go out again.", outcome.count
    ) % {"count": outcome.count}
    messages.success(request, text)
    if outcome.refused:
        why = delivery_words.refused(outcome.refused)
        messages.warning(request, gettext("Not sent again: %(why)s.") % {"why": why})
