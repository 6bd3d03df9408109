"""Recipes of recommending, and of communities."""

from django.utils.translation import gettext_lazy as _

from campaigns.recipes.shape import (
    DAILY,
    ORDER,
    Entry,
    Goal,
    Recipe,
    coupon,
    exit_at,
    leaf,
    message,
)

RECIPES = (
    Recipe(
        code="referral-ladder",
        goal=Goal.REFER,
        title=_("The ladder of recommending"),
        sentence=_("Who has bought twice is shown how to recommend, and what each friend brings."),
        name_zh="推荐有礼阶梯",
        name_en="The ladder of recommending",
        entry=Entry.STATE,
        rule=DAILY,
        steps=(message("referral-ladder"),),
        values={
            "condition": {
                "all": [
                    leaf("orders.count", "gte", 2),
                    leaf("orders.last_days", "lte", 30),
                ]
            },
            "re_entry_days": 180,
            "goal_event": "loyalty.referral.changed",
            "goal_days": 30,
            "is_over_at_goal": False,
        },
    ),
    Recipe(
        code="community-invitation",
        goal=Goal.REFER,
        title=_("Invitation into a community"),
        sentence=_("Members who buy often are invited into the community of their store."),
        name_zh="社群邀请",
        name_en="Invitation into a community",
        entry=Entry.STATE,
        rule=DAILY,
        steps=(message("community-invitation"),),
        values={
            # Who is in one already isn't asked again.
            "condition": {
                "all": [
                    leaf("orders.count", "gte", 3, days=90),
                    leaf("member.communities_count", "eq", 0),
                ]
            },
            "re_entry_days": 180,
            "exits": [exit_at("members.community.joined")],
            "goal_event": "members.community.joined",
            "goal_days": 14,
        },
    ),
    Recipe(
        code="flash-sale",
        goal=Goal.RETAIN,
        title=_("Flash sale for a community"),
        sentence=_("The members of a community get a coupon for a few hours."),
        name_zh="社群限时抢购",
        name_en="Flash sale for a community",
        entry=Entry.AT,
        rule={},
        steps=(coupon(), message("flash-sale", "WECHAT", "PUSH", "INBOX", expires_hours=4)),
        values={
            "condition": leaf("member.communities_count", "gte", 1),
            "expires_hours": 4,
            "late_policy": "SKIP",
            "goal_event": ORDER,
            "goal_days": 1,
            "is_over_at_goal": False,
        },
        chooses=_(
            "Choose the hour, a coupon that soon ends, and the community, if it isn't for all."
        ),
    ),
)
