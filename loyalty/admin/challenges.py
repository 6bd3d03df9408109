"""Challenges: drafted in a form with their prizes, published with a second person's consent."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.decorators import action, display

from loyalty.admin import challenge_fields, challenge_sentences, challenge_trials
from loyalty.admin.challenge_forms import ChallengeForm, PrizeForm, PrizeFormSet
from loyalty.models import Challenge, ChallengePrize
from loyalty.selectors import challenge_figures
from loyalty.services import challenge_trials as trials
from loyalty.services import challenges
from members.admin import condition_fields, confirmations, dialogs, labels, publishing
from members.admin.base import ConsoleChangeList, operator_of
from members.admin.publishing import PublishedAdmin
from members.errors import DomainError

_State = Challenge.State
_PUBLISH = {
    "title": _("Publish this challenge"),
    "description": _(
        "Another person approves it. It counts what happens from then on. What it asks and gives "
        "can't be changed any more; names and descriptions can."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Ask for approval"),
}
_STOP = {
    "title": _("Stop this challenge"),
    "description": _(
        "Nothing that happens from now on counts. What it gave stays; what comes back still takes "
        "its prize with it."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": _("Stop it"),
}


class PrizeInline(StackedInline):
    model = ChallengePrize
    form = PrizeForm
    formset = PrizeFormSet
    fields = ("what", "points", "coupon_type", "tier", "benefit", "badge", "count", "days")
    extra = 0
    min_num = 1
    max_num = 10
    ordering = ("pk",)
    verbose_name_plural = _("what reaching it brings")

    # Prizes are part of their challenge: whoever may change that may change them.

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("loyalty.view_challenge")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perms(["loyalty.add_challenge", "loyalty.change_challenge"])

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("loyalty.change_challenge")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("loyalty.change_challenge")


class ChallengeChangeList(ConsoleChangeList):
    """Members and times are counted once for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        counted = challenge_figures.counts(challenge_ids=[row.pk for row in self.result_list])
        for row in self.result_list:
            row.counted = counted.get(row.pk, challenge_figures.NONE)


@admin.register(Challenge)
class ChallengeAdmin(PublishedAdmin):
    form = ChallengeForm
    inlines = (PrizeInline,)
    empty_hint = _(
        "Add a challenge, such as every third order for 200 points. A second person approves it."
    )
    list_display = ("shown_title", "shown_what", "shown_members", "shown_times", "shown_state")
    list_filter = ("state", "counts")
    list_per_page = 20
    list_select_related = ("tier", "for_tier", "for_tag")
    search_fields = ("code", "name_zh", "name_en")
    search_help_text = _("Name or code")
    ordering = ("-pk",)
    offered = {
        _State.DRAFT: frozenset({"publish", "try_it"}),
        _State.LIVE: frozenset({"show_progress", "try_it", "stop"}),
        _State.STOPPED: frozenset({"show_progress"}),
    }
    actions_detail = ("publish", "try_it", "show_progress", "stop")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name_zh", "name_en"),
                    "code",
                    ("description_zh", "description_en"),
                )
            },
        ),
        (
            _("What is to be reached"),
            {
                "fields": (
                    "counts",
                    ("target", "window"),
                    "spend_amount",
                    "tier",
                    ("behavior", "is_streak"),
                    "condition",
                    "min_order_amount",
                )
            },
        ),
        (_("How often"), {"fields": ("is_repeating", "limit_times")}),
        (_("For whom"), {"fields": (("for_tier", "for_tag"), ("needs_joining", "is_hidden"))}),
        (_("When"), {"fields": ("valid_from", "valid_until")}),
    )
    published_fieldsets = (
        (
            None,
            {
                "fields": (
                    ("name_zh", "name_en"),
                    ("description_zh", "description_en"),
                    ("shown_code", "shown_state"),
                )
            },
        ),
        (_("The challenge"), {"fields": ("shown_sentences",)}),
        (_("What came of it"), {"fields": (("shown_members", "shown_times", "shown_undone"),)}),
    )
    readonly_fields = (
        "shown_code",
        "shown_state",
        "shown_sentences",
        "shown_members",
        "shown_times",
        "shown_undone",
    )

    publish = publishing.publish_action(
        _PUBLISH,
        lambda challenge_id, **said: challenges.ask_to_publish(challenge_id=challenge_id, **said),
    )
    stop = publishing.stop_action(
        _STOP,
        lambda challenge_id, **said: challenges.stop(challenge_id=challenge_id, **said),
        title=_("Stop"),
        done=_("It counts nothing more."),
    )

    @action(
        description=_("Members' progress"),
        url_path="progress",
        icon="trending_up",
        permissions=["loyalty.view_challengeprogress"],
    )
    def show_progress(self, request: HttpRequest, object_id: str) -> HttpResponse:
        there = reverse("admin:loyalty_challengeprogress_changelist")
        return HttpResponseRedirect(f"{there}?challenge__id__exact={int(object_id)}")

    @action(
        description=_("Try it"),
        url_path="try",
        icon="science",
        permissions=["loyalty.view_challengeprogress"],
        dialog=challenge_trials.DIALOG,
    )
    def try_it(
        self, request: HttpRequest, form: challenge_trials.TrialForm, object_id: str
    ) -> HttpResponse:
        found, at = get_object_or_404(Challenge, pk=object_id), self.now()
        try:
            member = form.found(operator_of(request))
            trial = trials.try_on(challenge_id=found.pk, member_id=member.pk, at=at)
        except DomainError as error:
            return dialogs.refused(request, challenge_trials.DIALOG, form, error)
        messages.info(request, challenge_trials.told(found, trial))
        return dialogs.go_to(self.page_of(object_id))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Challenge]:
        queryset: QuerySet[Challenge] = super().get_queryset(request)
        return queryset.prefetch_related(
            "prizes__coupon_type", "prizes__tier", "prizes__benefit", "prizes__badge"
        )

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ConsoleChangeList]:
        return ChallengeChangeList

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if publishing.is_draft(obj) else ()

    def save_model(self, request: HttpRequest, obj: Challenge, form: Any, change: bool) -> None:
        if not change:
            obj.created_at = self.now()
        elif not publishing.is_draft(obj):
            # What it asks and gives was approved: only what it is called changes.
            words = ["name_zh", "name_en", "description_zh", "description_en"]
            obj.save(update_fields=words)
            return
        super().save_model(request, obj, form, change)

    def spoken(self, request: HttpRequest, object_id: int | None = None) -> HttpResponse:
        """The form as it stands, as a sentence, and what is wrong with its condition."""
        found = None if object_id is None else get_object_or_404(Challenge, pk=object_id)
        if not self.has_set_permission(request) or not publishing.is_draft(found):
            return JsonResponse({"sentence": "", "problems": []}, status=403)
        form = self.get_form(request, found, change=found is not None)(request.POST, instance=found)
        told = condition_fields.spoken(
            request.POST.get("condition", ""), challenge_fields.VOCABULARY
        )
        if not told["problems"] and form.is_valid():
            told["sentence"] = " ".join(
                challenge_sentences.whole(form.instance, self._prizes(request, form.instance))
            )
        return JsonResponse(told)

    def _prizes(self, request: HttpRequest, challenge: Challenge) -> list[ChallengePrize]:
        made: Any = PrizeInline(Challenge, self.admin_site).get_formset(request)
        prizes = made(request.POST, instance=challenge)
        if not prizes.management_form.is_valid():
            return []
        prizes.is_valid()
        found: list[ChallengePrize] = prizes.prizes()
        return found

    @display(description=_("challenge"), header=True)
    def shown_title(self, challenge: Challenge) -> list[str]:
        return [challenge.name, challenge.code]

    @display(description=_("code"))
    def shown_code(self, challenge: Challenge) -> str:
        return challenge.code

    @display(description=_("what it brings"))
    def shown_what(self, challenge: Challenge) -> str:
        return challenge_sentences.head(challenge)

    @display(description=_("what holds"))
    def shown_sentences(self, challenge: Challenge) -> SafeString:
        lines = ((line,) for line in challenge_sentences.whole(challenge))
        return format_html_join("", '<p class="console-step">{}</p>', lines)

    @display(description=_("members on their way"))
    def shown_members(self, challenge: Challenge) -> str:
        return f"{_counted(challenge).members_count:,}"

    @display(description=_("times reached"))
    def shown_times(self, challenge: Challenge) -> str:
        return f"{_counted(challenge).reached_count:,}"

    @display(description=_("taken back"))
    def shown_undone(self, challenge: Challenge) -> str:
        return f"{_counted(challenge).undone_count:,}"

    @display(
        description=_("state"),
        ordering="state",
        label={"DRAFT": "warning", "LIVE": "success", "STOPPED": "info"},
    )
    def shown_state(self, challenge: Challenge) -> labels.Label:
        return labels.label(challenge.state, challenge.get_state_display())


def _counted(challenge: Challenge) -> challenge_figures.Counts:
    """Counted for the whole page of a list at once."""
    if "counted" not in challenge.__dict__:
        found = challenge_figures.counts(challenge_ids=[challenge.pk])
        challenge.__dict__["counted"] = found.get(challenge.pk, challenge_figures.NONE)
    counted: challenge_figures.Counts = challenge.__dict__["counted"]
    return counted
