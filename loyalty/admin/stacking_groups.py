"""Stacking groups: what happens when several rules hit the same order."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from loyalty.admin import rule_sentences, words
from loyalty.models import EarningRule, Program, StackingGroup
from members.admin.base import ConsoleAdmin

# Of a base of 100, a tier × 1.5 and a weekend × 2 in one group.
EXAMPLES = {
    StackingGroup.Mode.MULTIPLY: (300, _("100 × 1.5 × 2")),
    StackingGroup.Mode.ADD: (250, _("100 + 50 + 100")),
    StackingGroup.Mode.BEST: (200, _("100 × 2, the larger one")),
}


@admin.register(StackingGroup)
class StackingGroupAdmin(ConsoleAdmin):
    empty_hint = _(
        "Without groups all rules multiply each other. Add one for rules that shall add up, or of "
        "which only the best shall count."
    )
    list_display = ("shown_name", "shown_mode", "shown_example", "shown_rules")
    list_select_related = ("program",)
    ordering = ("code",)
    fieldsets = (
        (None, {"fields": (("name_zh", "name_en"), ("program", "code"))}),
        (
            _("How rules in it meet"),
            {
                "fields": ("mode",),
                "description": _(
                    "A purchase of 100 base points, a tier × 1.5 and a weekend × 2, both in one "
                    "group: multiplied 300, added up 250, the best one 200. Groups multiply each "
                    "other; the result is rounded down once."
                ),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[StackingGroup]:
        live = Q(rules__state=EarningRule.State.PUBLISHED)
        queryset: QuerySet[StackingGroup] = super().get_queryset(request)
        return queryset.annotate(live_count=Count("rules", filter=live))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        current = Program.objects.filter(is_current=True).values_list("pk", flat=True).first()
        return {"program": current, **super().get_changeform_initial_data(request)}

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return ()
        # Published rules are never changed, and how they meet is part of them.
        is_used = obj.rules.exclude(state=EarningRule.State.DRAFT).exists()
        return ("program", "code", "mode") if is_used else ("program", "code")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description=_("group"))
    def shown_name(self, group: StackingGroup) -> str:
        return group.name

    @display(description=_("combine"))
    def shown_mode(self, group: StackingGroup) -> str:
        return rule_sentences.group_mode(group)

    @display(description=_("a base of 100, × 1.5 and × 2"))
    def shown_example(self, group: StackingGroup) -> str:
        result, steps = EXAMPLES[StackingGroup.Mode(group.mode)]
        return f"{steps} = {words.points(result)}"

    @display(description=_("published rules"))
    def shown_rules(self, group: StackingGroup) -> int:
        return group.live_count
