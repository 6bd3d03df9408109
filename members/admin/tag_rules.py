"""Rules of tags: who bears a tag, said as a sentence, tried before it holds, run when wanted."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action, display

from members.admin import condition_fields, condition_sentences, confirmations, dialogs, publishing
from members.admin.base import ConsoleAdmin, ConsoleChangeList, operator_of
from members.admin.condition_fields import ConditionField
from members.admin.members import masked_name
from members.errors import DomainError
from members.models import Member, Tag, TagRule
from members.registry import member_fields
from members.registry.fields import Words
from members.rules.conditions import BadCondition
from members.selectors import member_conditions, scopes
from members.services import tag_rules

RUN = {
    "title": _("Judge everybody now"),
    "description": _("It runs as a job; every night it runs by itself."),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": _("Run now"),
}


class TagRuleForm(forms.ModelForm):  # type: ignore[type-arg]
    condition = ConditionField(
        vocabulary=member_fields.CODE,
        label=_("For whom"),
        help_text=_(
            "Active members who have not objected to being profiled. The sentence says how many "
            "it would be now."
        ),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if "condition" in self.fields:
            widget: Any = self.fields["condition"].widget
            widget.url = publishing.spoken_at(self.instance)
            widget.digits = member_fields.digits()
        if "tag" in self.fields:
            field: Any = self.fields["tag"]
            field.queryset = Tag.objects.filter(rule=None).order_by("code")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        tag = cleaned.get("tag") or (self.instance.tag if self.instance.pk else None)
        if "condition" in cleaned:
            try:
                tag_rules.check(tag=tag, tree=cleaned["condition"])
            except DomainError as error:
                self.add_error("condition", dialogs.refusal(error))
        return cleaned


class TagRuleChangeList(ConsoleChangeList):
    """Choices that sentences name are read once for the page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        said = Words(member_fields.vocabulary())
        for rule in self.result_list:
            rule.said = said


@admin.register(TagRule)
class TagRuleAdmin(ConsoleAdmin):
    form = TagRuleForm
    empty_hint = _("Tags are put on by hand: add a rule, and it puts one on by itself.")
    list_display = ("tag", "shown_sentence", "is_active", "last_run_at", "shown_change")
    list_filter = ("is_active",)
    list_select_related = ("tag",)
    search_fields = ("tag__code", "tag__name_zh", "tag__name_en")
    ordering = ("tag__code",)
    fieldsets = (
        (None, {"fields": ("tag", "condition", "is_active")}),
        (_("Last run"), {"fields": (("last_run_at", "added_count", "removed_count"),)}),
    )
    readonly_fields = ("last_run_at", "added_count", "removed_count")
    actions_detail = ("who_now", "run_now")

    def get_urls(self) -> list[URLPattern]:
        spoken = require_POST(self.admin_site.admin_view(self.spoken))
        own = [
            path("spoken/", spoken, name="members_tagrule_spoken_new"),
            path("<int:object_id>/spoken/", spoken, name="members_tagrule_spoken"),
        ]
        return [*own, *super().get_urls()]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ConsoleChangeList]:
        return TagRuleChangeList

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return (*self.readonly_fields, "tag") if obj else self.readonly_fields

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None and not self.has_change_permission(request, obj):
            return ((None, {"fields": ("tag", "shown_sentence", "is_active")}), self.fieldsets[1])
        return self.fieldsets if obj else self.fieldsets[:1]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: TagRule, form: Any, change: bool) -> None:
        tag_rules.define(rule=obj)

    def spoken(self, request: HttpRequest, object_id: int | None = None) -> HttpResponse:
        """The condition as a sentence with the number of members, and what is wrong with it."""
        if not request.user.has_perm("members.change_tagrule"):
            return JsonResponse({"sentence": "", "problems": []}, status=403)
        if object_id is not None:
            get_object_or_404(self.get_queryset(request), pk=object_id)
        text = request.POST.get("condition", "")
        told = condition_fields.spoken(text, member_fields.vocabulary())
        if not told["problems"]:
            tree, _found = condition_fields.read(text, member_fields.vocabulary())
            found = tag_rules.preview(tree=tree, at=self.now())
            told["sentence"] = f"{told['sentence']} — {counted(found.count)}"
        return JsonResponse(told)

    @action(description=_("Who it is now"), url_path="who", icon="groups", permissions=["view"])
    def who_now(self, request: HttpRequest, object_id: str) -> HttpResponse:
        rule = get_object_or_404(TagRule.objects.select_related("tag"), pk=object_id)
        sample: list[Member] = []
        try:
            found = tag_rules.preview(tree=rule.condition, at=self.now())
            text, sample = counted(found.count), self._visible(request, found.member_ids)
        except BadCondition:
            text = gettext("The rule can't be read any more: mend it.")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Who bears “%(tag)s” by this rule now") % {"tag": rule.tag},
            "sentence": sentence(rule, Words(member_fields.vocabulary())),
            "text": text,
            "sample": [(masked_name(one), one) for one in sample],
            "back": reverse("admin:members_tagrule_change", args=[rule.pk]),
        }
        return TemplateResponse(request, "console/tag_rule_who.html", context)

    @action(
        description=_("Run now"),
        url_path="run",
        icon="play_arrow",
        permissions=["members.change_tagrule"],
        dialog=RUN,
    )
    def run_now(
        self, request: HttpRequest, form: confirmations.ConfirmForm, object_id: str
    ) -> HttpResponse:
        try:
            job = tag_rules.run_now(
                rule_id=int(object_id), at=self.now(), actor_id=operator_of(request).pk
            )
        except DomainError as error:
            return dialogs.refused(request, RUN, form, error)  # type: ignore[arg-type]
        to = reverse("admin:members_tagrule_change", args=[object_id])
        if request.user.has_perm("members.view_job"):
            to = reverse("admin:members_job_change", args=[job.pk])
        messages.success(request, gettext("The run has begun; this is how far it is."))
        return dialogs.go_to(to)

    def _visible(self, request: HttpRequest, member_ids: tuple[int, ...]) -> list[Member]:
        scope = scopes.scope_for(request.user)
        if not request.user.has_perm("members.view_member"):
            return []
        return list(scope.members(Member.objects.filter(pk__in=member_ids)).order_by("pk"))

    @display(description=_("For whom"))
    def shown_sentence(self, rule: TagRule) -> str:
        return sentence(rule, getattr(rule, "said", None) or Words(member_fields.vocabulary()))

    @display(description=_("last time"))
    def shown_change(self, rule: TagRule) -> str:
        if rule.last_run_at is None:
            return gettext("not yet")
        return format_html("+{} −{}", rule.added_count, rule.removed_count)


def sentence(rule: TagRule, words: Words) -> str:
    """The rule in the reader's words; one that can't be read any more says so."""
    try:
        return condition_sentences.sentence(member_conditions.read(rule.condition), words)
    except BadCondition:
        return gettext("The rule can't be read any more: mend it.")


def counted(count: int | None) -> str:
    if count is None:
        return gettext("too many to count while you wait")
    return ngettext("%(count)s member now", "%(count)s members now", count) % {"count": count}
