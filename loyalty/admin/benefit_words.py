"""Words for states of benefits, as operators and members read them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from loyalty.rules import benefits as rules

WHY_NOT: Mapping[str, Any] = {
    rules.NOT_YOURS: gettext_lazy("not theirs"),
    rules.NOT_YET: gettext_lazy("hasn't begun"),
    rules.ENDED: gettext_lazy("has ended"),
    rules.STOPPED: gettext_lazy("was stopped"),
    rules.BIRTHDAY: gettext_lazy("in the month of the birthday only"),
    rules.UNCLAIMED: gettext_lazy("to be claimed first"),
    rules.LAPSED: gettext_lazy("the time after the claim is over"),
    rules.USED_UP: gettext_lazy("used up"),
}


def why_not(reason: str) -> str:
    """Why it can't be used now; "" when it can."""
    return str(WHY_NOT[reason]) if reason else ""


def left(standing: rules.Standing) -> str:
    """`2 of 3 left`."""
    if standing.left is None:
        return _("without a limit")
    return _("%(left)s of %(quota)s left") % {"left": standing.left, "quota": standing.quota}


def in_language(zh: str, en: str) -> str:
    """In the reader's language, else in the other."""
    is_chinese = (get_language() or "zh").startswith("zh")
    own, other = (zh, en) if is_chinese else (en, zh)
    return own or other
