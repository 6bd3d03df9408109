"""Recipes that win members back, and that serve them."""

from django.utils.translation import gettext_lazy as _

from campaigns.recipes.shape import (
    DAILY,
    DAY,
    ORDER,
    Entry,
    Goal,
    Recipe,
    coupon,
    exit_at,
    leaf,
    message,
    until,
    wait,
)

RECIPES = (
    Recipe(
        code="dormant-60",
        goal=Goal.WIN_BACK,
        title=_("Nothing bought for 60 days"),
        sentence=_("Who has bought nothing for 60 days hears from the shop."),
        name_zh="沉睡 60 天唤醒",
        name_en="Nothing bought for 60 days",
        entry=Entry.STATE,
        rule=DAILY,
        steps=(message("dormant-60"),),
        values={
            "condition": leaf("orders.last_days", "between", [60, 89]),
            "re_entry_days": 60,
            **until(ORDER, 30),
        },
    ),
    Recipe(
        code="dormant-90",
        goal=Goal.WIN_BACK,
        title=_("Nothing bought for 90 days"),
        sentence=_("Who has bought nothing for 90 days gets a coupon to come back."),
        name_zh="沉睡 90 天召回",
        name_en="Nothing bought for 90 days",
        entry=Entry.STATE,
        rule=DAILY,
        steps=(coupon(), message("dormant-90")),
        values={
            "condition": leaf("orders.last_days", "between", [90, 365]),
            "re_entry_days": 180,
            **until(ORDER, 30),
        },
        chooses=_("Choose the coupon that it gives."),
    ),
    Recipe(
        code="health-fallen",
        goal=Goal.WIN_BACK,
        title=_("Health has fallen"),
        sentence=_("Whose health falls below the warning is written to, and a clerk calls."),
        name_zh="健康度预警",
        name_en="Health has fallen",
        entry=Entry.EVENT,
        rule={"event": "analytics.health.fallen"},
        steps=(
            message("health-fallen"),
            wait(3 * DAY),
            {
                "id": "t1",
                "kind": "TASK",
                "title_zh": "回访：了解近期未到店原因",
                "title_en": "Call: ask why they stayed away",
                "days": 3,
            },
        ),
        values={
            "re_entry_days": 60,
            **until(ORDER, 30),
        },
    ),
    Recipe(
        code="survey-after-service",
        goal=Goal.SERVICE,
        title=_("Survey after service"),
        sentence=_("A day after a case was resolved the member is asked how it was."),
        name_zh="服务后回访问卷",
        name_en="Survey after service",
        entry=Entry.EVENT,
        rule={"event": "members.service_case.resolved"},
        steps=(wait(DAY), message("survey-after-service")),
        values={
            "purpose": "SERVICE",
            "expires_hours": 72,
            "exits": [exit_at("members.survey.answered"), exit_at("members.service_case.reopened")],
            "goal_event": "members.survey.answered",
            "goal_days": 7,
        },
    ),
)
