"""Recipes about what members hold: points, benefits, tiers, and their birthday."""

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
        code="profile",
        goal=Goal.ACTIVATE,
        title=_("Complete the profile"),
        sentence=_("Who joined a week ago and hasn't told birthday or gender is asked for it."),
        name_zh="完善资料",
        name_en="Complete the profile",
        entry=Entry.STATE,
        rule=DAILY,
        steps=(message("profile", "WECHAT", "INBOX"),),
        values={
            "condition": {
                "all": [
                    leaf("member.joined_days", "gte", 7),
                    {
                        "any": [
                            leaf("member.has_birthday", "is", False),
                            leaf("member.gender", "eq", "UNKNOWN"),
                        ]
                    },
                ]
            },
            "exits": [exit_at("members.member.changed")],
            "goal_event": "members.member.changed",
            "goal_days": 14,
            "re_entry_days": 180,
        },
    ),
    Recipe(
        code="birthday",
        goal=Goal.RETAIN,
        title=_("Birthday"),
        sentence=_("On the morning of the birthday a wish, with a coupon."),
        name_zh="生日祝福",
        name_en="Birthday",
        entry=Entry.DATE,
        rule={"date": "BIRTHDAY", "days": 0, "clock": "09:00"},
        steps=(coupon(), message("birthday")),
        # Found late it is still sent on the day; behind that nothing is given either.
        values={
            "late_minutes": 720,
            "expires_hours": 15,
            "goal_event": ORDER,
            "goal_days": 30,
            "is_over_at_goal": False,
        },
        chooses=_("Choose the coupon that it gives."),
    ),
    Recipe(
        code="points-lapsing",
        goal=Goal.RETAIN,
        title=_("Points lapse soon"),
        sentence=_("Whose points lapse soon is told in time, once for each month."),
        name_zh="积分到期提醒",
        name_en="Points lapse soon",
        entry=Entry.EVENT,
        rule={"event": "loyalty.points.lapsing"},
        steps=(message("points-lapsing"),),
        values={"goal_event": "loyalty.points.redeemed", "goal_days": 30},
    ),
    Recipe(
        code="benefit-lapsing",
        goal=Goal.RETAIN,
        title=_("A benefit ends soon"),
        sentence=_("Whose benefit ends within a month is told."),
        name_zh="权益到期提醒",
        name_en="A benefit ends soon",
        entry=Entry.EVENT,
        rule={"event": "loyalty.benefit.ending"},
        steps=(message("benefit-lapsing"),),
        values={"goal_event": "loyalty.benefit.used", "goal_days": 30},
    ),
    Recipe(
        code="tier-near",
        goal=Goal.UPGRADE,
        title=_("A tier within reach"),
        sentence=_("Who lacks 200 or less to the next tier is told what is missing."),
        name_zh="距升级仅差一步",
        name_en="A tier within reach",
        entry=Entry.STATE,
        rule=DAILY,
        steps=(message("tier-near"),),
        values={
            "condition": leaf("tier.missing_amount", "between", [1, 20_000]),
            "re_entry_days": 60,
            "exits": [exit_at("loyalty.tier.upgraded")],
            "goal_event": "loyalty.tier.upgraded",
            "goal_days": 30,
        },
    ),
    Recipe(
        code="tier-upgraded",
        goal=Goal.SERVICE,
        title=_("A tier was reached"),
        sentence=_("Whoever reaches a higher tier is congratulated, and told what it brings."),
        name_zh="升级祝贺",
        name_en="A tier was reached",
        entry=Entry.EVENT,
        rule={"event": "loyalty.tier.upgraded"},
        steps=(message("tier-upgraded"),),
        values={"purpose": "SERVICE", "goal_event": ORDER, "is_over_at_goal": False},
    ),
)
