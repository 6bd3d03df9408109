"""Referral programmes: drafted in a form with prizes and boosts, published with a second person's
consent."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline, TabularInline
from unfold.decorators import action, display

from loyalty.admin import referral_sentences
from loyalty.admin.referral_forms import GuardsForm, ReferralPrizeForm, ReferralProgramForm
from loyalty.models import Referral, ReferralBoost, ReferralPrize, ReferralProgram
from loyalty.services import referral_programs
from members.admin import confirmations, labels, publishing
from members.admin.base import ConsoleAdmin, operator_of
from members.admin.publishing import PublishedAdmin

_State = ReferralProgram.State
_PUBLISH = {
    "title": _("Publish this referral programme"),
    "description": _(
        "Another person approves it. What it promises can't be changed from then on; names, the "
        "link and what is reviewed first can. One programme is live at a time."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Ask for approval"),
}
_STOP = {
    "title": _("Stop this referral programme"),
    "description": _(
        "Nobody is recommended under it any more. What was promised for friends who came before "
        "is kept."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Stop it"),
}
_GUARDS = {
    "title": _("What is reviewed first"),
    "description": _("It holds for friends who come from now on."),
    "form_class": GuardsForm,
    "form_submit_text": _("Change"),
}
_WORDS = ["name_zh", "name_en", "link_url"]


class _Part:
    """Prizes and boosts are part of their programme: whoever may change that may change them."""

    extra = 0
    ordering = ("pk",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("loyalty.view_referralprogram")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("loyalty.change_referralprogram")

    has_change_permission = has_delete_permission = has_add_permission


class PrizeInline(_Part, StackedInline):
    model = ReferralPrize
    form = ReferralPrizeForm
    fields = (
        ("moment", "side"),
        "step",
        "what",
        "points",
        "coupon_type",
        "tier",
        "benefit",
        "badge",
        "count",
        "days",
    )
    min_num = 1
    max_num = 30
    verbose_name_plural = _("what recommending brings")


class BoostInline(_Part, TabularInline):
    model = ReferralBoost
    fields = ("tag", "percent")
    max_num = 20
    verbose_name_plural = _("who gets more")


@admin.register(ReferralProgram)
class ReferralProgramAdmin(PublishedAdmin):
    form = ReferralProgramForm
    inlines = (PrizeInline, BoostInline)
    empty_hint = _(
        "Add a referral programme, such as 10 yuan for both when a friend registers. A second "
        "person approves it."
    )
    list_display = ("shown_title", "shown_what", "shown_friends", "shown_review", "shown_state")
    list_filter = ("state",)
    list_per_page = 20
    search_fields = ("code", "name_zh", "name_en")
    search_help_text = _("Name or code")
    ordering = ("-pk",)
    offered = {
        _State.DRAFT: frozenset({"publish"}),
        _State.LIVE: frozenset({"change_guards", "show_referrals", "stop"}),
        _State.STOPPED: frozenset({"show_referrals"}),
    }
    actions_detail = ("publish", "change_guards", "show_referrals", "stop")
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), "code", "link_url")}),
        (
            _("First order and ladder"),
            {"fields": (("min_order_amount", "maturity_days"), "ladder_basis")},
        ),
        (_("Who counts"), {"fields": (("claim_days", "limit_month"),)}),
        (
            _("What is reviewed first"),
            {"fields": (("device_limit", "hour_limit"), "invitations_day")},
        ),
        (_("When"), {"fields": ("valid_from", "valid_until")}),
    )
    published_fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), "link_url", ("shown_code", "shown_state"))}),
        (_("The programme"), {"fields": ("shown_sentences",)}),
        (_("What is reviewed first"), {"fields": ("shown_guards",)}),
        (_("What came of it"), {"fields": (("shown_friends", "shown_review"),)}),
    )
    readonly_fields = (
        "shown_code",
        "shown_state",
        "shown_sentences",
        "shown_guards",
        "shown_friends",
        "shown_review",
    )

    publish = publishing.publish_action(
        _PUBLISH,
        lambda program_id, **said: referral_programs.ask_to_publish(program_id=program_id, **said),
    )
    stop = publishing.stop_action(
        _STOP,
        lambda program_id, **said: referral_programs.stop(program_id=program_id, **said),
        title=_("Stop"),
        done=_("Nobody is recommended under it any more; what was promised is kept."),
    )

    @action(
        description=_("What is reviewed first"),
        url_path="guards",
        icon="shield",
        permissions=["set"],
        dialog=_GUARDS,
    )
    def change_guards(self, request: HttpRequest, form: GuardsForm, object_id: str) -> HttpResponse:
        return confirmations.answer(
            request,
            form=form,
            dialog=_GUARDS,
            run=lambda: referral_programs.change_guards(
                program_id=int(object_id),
                guards=form.guards(),
                reason=form.cleaned_data["reason"],
                actor=operator_of(request),
                at=self.now(),
            ),
            done=gettext("It holds from now on."),
            to=self.page_of(object_id),
        )

    @action(
        description=_("Referrals"),
        url_path="referrals",
        icon="group_add",
        permissions=["loyalty.view_referral"],
    )
    def show_referrals(self, request: HttpRequest, object_id: str) -> HttpResponse:
        there = reverse("admin:loyalty_referral_changelist")
        return HttpResponseRedirect(f"{there}?program__id__exact={int(object_id)}")

    def get_urls(self) -> list[URLPattern]:
        # No sentence while it is typed: prizes stand in rows of their own.
        return super(PublishedAdmin, self).get_urls()

    def get_queryset(self, request: HttpRequest) -> QuerySet[ReferralProgram]:
        queryset: QuerySet[ReferralProgram] = super().get_queryset(request)
        parts = ("coupon_type", "tier", "benefit", "badge")
        in_review = Q(referrals__state=Referral.State.REVIEW)
        return queryset.prefetch_related(
            *(f"prizes__{one}" for one in parts), "boosts__tag"
        ).annotate(
            friends_count=Count("referrals", distinct=True),
            review_count=Count("referrals", distinct=True, filter=in_review),
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A draft that was saved says what it would promise: what the approver will read."""
        found = super().get_fieldsets(request, obj)
        if obj is None or not publishing.is_draft(obj) or found is self.published_fieldsets:
            return found
        told = ("shown_sentences", "shown_guards")
        return (*found, (_("What it says, as it was saved"), {"fields": told}))

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if publishing.is_draft(obj) else ()

    def save_model(
        self, request: HttpRequest, obj: ReferralProgram, form: Any, change: bool
    ) -> None:
        if not change:
            obj.created_at = self.now()
        elif not publishing.is_draft(obj):
            # What it promises was approved: only words and link change.
            obj.save(update_fields=_WORDS)
            return
        super(ConsoleAdmin, self).save_model(request, obj, form, change)

    @display(description=_("referral programme"), header=True)
    def shown_title(self, program: ReferralProgram) -> list[str]:
        return [program.name, program.code]

    @display(description=_("code"))
    def shown_code(self, program: ReferralProgram) -> str:
        return program.code

    @display(description=_("what it brings"))
    def shown_what(self, program: ReferralProgram) -> str:
        return " ".join(referral_sentences.whole(program)[:3])

    @display(description=_("what holds"))
    def shown_sentences(self, program: ReferralProgram) -> SafeString:
        lines = ((line,) for line in referral_sentences.whole(program))
        return format_html_join("", '<p class="console-step">{}</p>', lines)

    @display(description=_("limits"))
    def shown_guards(self, program: ReferralProgram) -> SafeString:
        lines = ((line,) for line in referral_sentences.guards(program))
        return format_html_join("", '<p class="console-step">{}</p>', lines)

    @display(description=_("friends"))
    def shown_friends(self, program: ReferralProgram) -> str:
        return f"{getattr(program, 'friends_count', 0):,}"

    @display(description=_("to be reviewed"))
    def shown_review(self, program: ReferralProgram) -> str:
        return f"{getattr(program, 'review_count', 0):,}"

    @display(
        description=_("state"),
        ordering="state",
        label={"DRAFT": "warning", "LIVE": "success", "STOPPED": "info"},
    )
    def shown_state(self, program: ReferralProgram) -> labels.Label:
        return labels.label(program.state, program.get_state_display())
