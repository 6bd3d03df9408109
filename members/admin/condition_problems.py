"""What is wrong with a condition, in the operator's words; the rules' own speak to programmers."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from members.rules.conditions import BadCondition

TEXTS: dict[str, Any] = {
    "not_an_object": _("This part can't be read as a condition."),
    "mixed_keys": _("“%(name)s” has something beside it that belongs inside."),
    "too_deep": _("Groups nest %(limit)s deep at most: make this part flatter."),
    "not_a_list": _("“%(name)s” needs a list of conditions."),
    "empty_group": _("This group is empty: add a condition or remove the group."),
    "too_many": _("%(limit)s comparisons at most: choose several values in one of them."),
    "unknown_field": _("There is no field “%(field)s” (any more): choose another."),
    "unknown_op": _("“%(field)s” can't be compared this way: choose another comparison."),
    "unknown_key": _("“%(name)s” has no meaning in a comparison."),
    "missing_key": _("“%(name)s” is missing in this comparison."),
    "not_a_range": _("Fill in both values: from and to."),
    "range_reversed": _(
        "The first value is above the second: swap them, or make two conditions of which any "
        "may hold."
    ),
    "not_values": _("Choose one or more values."),
    "no_values": _("Choose at least one value."),
    "too_many_values": _("%(limit)s values at most: use a tag or a category instead."),
    "not_an_amount": _("Fill in an amount, such as 199.00."),
    "not_a_number": _("Fill in a whole number."),
    "out_of_range": _("The number must be between %(least)s and %(most)s."),
    "not_a_text": _("Fill in a value."),
    "text_too_long": _("%(limit)s characters at most."),
    "text_unprintable": _("The text has signs that can't be printed: type it again."),
    "not_a_boolean": _("Choose yes or no."),
    "not_a_date": _("Fill in a day of the calendar."),
    "not_days": _("Fill in a whole number of days."),
    "days_out_of_range": _("The days must be between %(least)s and %(most)s."),
    "days_needed": _("Say in how many days."),
    "days_not_taken": _("“%(field)s” has no days: leave them out."),
    "not_codes": _("Choose what is counted from the list."),
    "no_codes": _("Choose at least one thing that is counted, or leave the list out."),
    "too_many_codes": _("%(limit)s things at most can be counted together."),
    "of_needed": _("Choose what is counted."),
    "of_not_taken": _("“%(field)s” counts nothing to choose from: leave the list out."),
    "unknown_choice": _("“%(value)s” isn't there (any more): choose another value."),
}


def text(problem: BadCondition) -> str:
    """The problem in the reader's language; one without words here says its own."""
    if problem.problem == "unknown_field" and not problem.figures["field"]:
        return str(_("Choose what is looked at."))
    pattern = TEXTS.get(problem.problem)
    return str(pattern) % problem.figures if pattern else problem.message
