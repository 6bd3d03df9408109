"""Words of privacy requests: what a step does, how much time is left."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members.models import PrivacyRequest
from members.selectors.privacy_requests import CLOSED, Countdown

_Kind = PrivacyRequest.Kind
DIRECT = (_Kind.CORRECTION, _Kind.RESTRICTION, _Kind.LIFT_RESTRICTION, _Kind.NO_PROFILING)
PACKAGES = (_Kind.ACCESS, _Kind.EXPORT)

# How it was checked that the member asks; the words are kept with the request.
HOW = {
    "ID document": gettext_lazy("Looked at an ID document at the counter"),
    "SMS code": gettext_lazy("Code by SMS to the known phone"),
    "Call back": gettext_lazy("Called back on the known phone"),
    "Letter": gettext_lazy("Signed letter with a copy of the ID"),
    "Guardian": gettext_lazy("Parent or guardian, checked"),
}

_WHAT = {
    _Kind.ACCESS: (
        gettext_lazy("A job collects everything known of the member into one sealed package."),
        gettext_lazy("You fetch the package here and give it to the member."),
    ),
    _Kind.EXPORT: (
        gettext_lazy("A job collects everything known of the member into one sealed package."),
        gettext_lazy("You fetch the package here and give it to the member."),
    ),
    _Kind.CORRECTION: (
        gettext_lazy("The fields below get the new values."),
        gettext_lazy("Whoever received the wrong data must be told."),
    ),
    _Kind.DELETION: (
        gettext_lazy("The member's key is destroyed: nothing that it sealed can be read again."),
        gettext_lazy("Name, identities, birthday, notes, tags, texts of messages and log-ins go."),
        gettext_lazy("Cards that were merged into this one are erased with it."),
        gettext_lazy("Orders and points stay in the books and lead to nobody. Points lapse."),
        gettext_lazy("Whoever received the data must be told. It can't be taken back."),
    ),
    _Kind.RESTRICTION: (
        gettext_lazy("No messages, no computed tags or figures, no changes of the profile."),
        gettext_lazy("Orders and refunds are still recorded."),
    ),
    _Kind.LIFT_RESTRICTION: (gettext_lazy("The member is active again."),),
    _Kind.NO_PROFILING: (
        gettext_lazy("Computed tags and figures go, and none is computed any more."),
    ),
}
FIELDS = {
    "name": gettext_lazy("name"),
    "birthday": gettext_lazy("birthday"),
    "gender": gettext_lazy("gender"),
    "language": gettext_lazy("language"),
}


def what_happens(request: PrivacyRequest) -> tuple[Any, ...]:
    """What carrying it out will do, step by step."""
    return _WHAT[_Kind(request.kind)]


def countdown(left: Countdown) -> str:
    """“3 working days left”, “2 days late”; nothing for a closed request."""
    if left.tone == CLOSED:
        return ""
    if left.left < 0:
        return ngettext("%(n)s day late", "%(n)s days late", -left.left) % {"n": -left.left}
    if left.left == 0:
        return _("due today")
    if left.is_working_days:
        text = ngettext("%(n)s working day left", "%(n)s working days left", left.left)
    else:
        text = ngettext("%(n)s day left", "%(n)s days left", left.left)
    return text % {"n": left.left}


def clock(text: str) -> str:
    """“15 working days” for `15 wd`."""
    count, _space, unit = text.partition(" ")
    number = int(count)
    if unit == "wd":
        return ngettext("%(n)s working day", "%(n)s working days", number) % {"n": number}
    return ngettext("%(n)s day", "%(n)s days", number) % {"n": number}
