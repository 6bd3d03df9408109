"""Referrals: who recommended whom, what came of it, and those that somebody has to look at."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from loyalty.admin import prize_words, referral_words
from loyalty.models import Referral
from loyalty.selectors import referral_evidence
from loyalty.services import referral_reviews
from members.admin import confirmations, drawn, labels
from members.admin.base import KeysetAdmin, operator_of

_State = Referral.State
_COLORS = {
    "CLAIMED": "info",
    "REGISTERED": "success",
    "ORDERED": "info",
    "MATURED": "success",
    "REVIEW": "warning",
    "REFUSED": "danger",
}
_PREFIX = "loyalty_referral_"
_ACCEPT = {
    "title": _("Accept this referral"),
    "description": _(
        "It takes its course from now on: what is due is given, the rest when it becomes due."
    ),
    "form_class": confirmations.NoteForm,
    "form_submit_text": _("Accept"),
}
_REFUSE = {
    "title": _("Refuse this referral"),
    "description": _(
        "It brings nothing. What it brought to either side is taken back, also what was for "
        "registering: points, unused coupons, the tier."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Refuse"),
}


@admin.register(Referral)
class ReferralAdmin(KeysetAdmin):
    """Of friends of the operator's stores."""

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["console/member.css"]}

    store_path = "friend__store"
    empty_hint = _("Friends who come by a member's code are listed here.")
    list_display = (
        "shown_came", "shown_referrer", "shown_friend", "shown_state", "shown_reasons",
        "shown_first", "program",
    )  # fmt: skip
    list_filter = ("state", "is_rewarded", "program")
    list_select_related = ("program", "referrer", "friend")
    search_fields = ()
    actions_detail = ("accept", "refuse")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("shown_referrer", "shown_friend"),
                    ("shown_state", "program"),
                    ("shown_came", "source"),
                    ("verified_at", "shown_first"),
                    ("rewarded_at", "is_rewarded"),
                )
            },
        ),
        (_("Why somebody has to look"), {"fields": ("shown_why", "shown_evidence")}),
        (_("What it brought"), {"fields": ("shown_prizes",)}),
        (_("Decision"), {"fields": (("shown_decision", "decided_at"),)}),
    )
    readonly_fields = (
        "shown_came",
        "shown_referrer",
        "shown_friend",
        "shown_state",
        "shown_first",
        "shown_why",
        "shown_evidence",
        "shown_prizes",
        "shown_decision",
    )

    @action(
        description=_("Accept"),
        url_path="accept",
        icon="check",
        variant=ActionVariant.PRIMARY,
        permissions=["loyalty.change_referral"],
        dialog=_ACCEPT,
    )
    def accept(
        self, request: HttpRequest, form: confirmations.NoteForm, object_id: str
    ) -> HttpResponse:
        return self._decide(
            request, form, object_id, _ACCEPT, referral_reviews.accept, gettext("Accepted.")
        )

    @action(
        description=_("Refuse"),
        url_path="refuse",
        icon="block",
        variant=ActionVariant.DANGER,
        permissions=["loyalty.change_referral"],
        dialog=_REFUSE,
    )
    def refuse(
        self, request: HttpRequest, form: confirmations.RequiredNoteForm, object_id: str
    ) -> HttpResponse:
        done = gettext("It brings nothing, and what it brought was taken back.")
        return self._decide(request, form, object_id, _REFUSE, referral_reviews.refuse, done)

    def _decide(
        self,
        request: HttpRequest,
        form: Any,
        object_id: str,
        dialog: dict[str, Any],
        do: Callable[..., Any],
        done: str,
    ) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=dialog,
            run=lambda: do(
                referral_id=int(object_id),
                reason=form.cleaned_data["note"],
                actor=operator_of(request),
                at=self.now(),
            ),
            done=done,
            to=reverse("admin:loyalty_referral_change", args=[object_id]),
        )

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        """What fits the state; the service refuses the rest in words."""
        state = Referral.objects.filter(pk=object_id).values_list("state", flat=True).first()
        offered = {"refuse"} if state not in (None, _State.REFUSED) else set()
        offered |= {"accept"} if state == _State.REVIEW else set()
        found = super().get_actions_detail(request, object_id)
        return [one for one in found if one.action_name.removeprefix(_PREFIX) in offered]

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        if lookup in ("referrer__id__exact", "program__id__exact"):
            return True
        allowed: bool = super().lookup_allowed(lookup, value, request)
        return allowed

    @display(description=_("Came"), ordering="claimed_at")
    def shown_came(self, referral: Referral) -> str:
        return date_format(localtime(referral.claimed_at), "DATETIME_FORMAT")

    @display(description=_("recommended by"))
    def shown_referrer(self, referral: Referral) -> SafeString | str:
        return _card(referral.referrer)

    @display(description=_("friend"))
    def shown_friend(self, referral: Referral) -> SafeString | str:
        return _card(referral.friend)

    @display(description=_("state"), ordering="state", label=_COLORS)
    def shown_state(self, referral: Referral) -> labels.Label:
        return labels.label(referral.state, referral.get_state_display())

    @display(description=_("why"))
    def shown_reasons(self, referral: Referral) -> str:
        return " ".join(referral_words.reasons(referral)) or "–"

    @display(description=_("first order"), ordering="ordered_at")
    def shown_first(self, referral: Referral) -> SafeString | str:
        if referral.order_id is None:
            return "–"
        return render_to_string("console/referral_order.html", {"referral": referral})

    @display(description=_("reasons"))
    def shown_why(self, referral: Referral) -> SafeString | str:
        lines = ((line,) for line in referral_words.reasons(referral))
        return format_html_join("", '<p class="console-step">{}</p>', lines) or "–"

    @display(description=_("what is known"))
    def shown_evidence(self, referral: Referral) -> str:
        def draw() -> str:
            known = referral_evidence.of_referral(referral=referral, at=self.now())
            return render_to_string("console/referral_evidence.html", {"known": known})

        return SafeString(drawn.once(referral, "evidence", draw))

    @display(description=_("prizes"))
    def shown_prizes(self, referral: Referral) -> str:
        def draw() -> str:
            found = referral_evidence.prizes(referral=referral)
            names = prize_words.named(found)
            rows = [{"grant": one, "what": names[one.pk]} for one in found]
            return render_to_string("console/referral_prizes.html", {"rows": rows})

        return SafeString(drawn.once(referral, "prizes", draw))

    @display(description=_("decision"))
    def shown_decision(self, referral: Referral) -> str:
        return referral_words.decision(referral) or "–"


def _card(member: Any) -> SafeString | str:
    drawn: SafeString = render_to_string("console/referral_card.html", {"member": member})
    return drawn
