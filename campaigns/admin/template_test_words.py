"""What became of test messages, in sentences."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from campaigns.services import template_tests

REASONS = {
    "address": _("There is no address for this channel."),
    "suppressed": _("The address is suppressed: it bounced or complained"),
    "no_template": _("The gateway sends approved templates only: give its number."),
    "contact_credit": _("The member granted no message by this WeChat template."),
    "missing_variable": _("The text can't be written: something it needs isn't known."),
    "broken_template": _("The text has a mistake, or what is filled in doesn't fit."),
    "unreachable": _("The provider can't be reached; the rest was not tried."),
    "refused": _("The provider refused it."),
    "no_answer": _("The provider's answer was lost: it may have gone out."),
}


def told(outcomes: Sequence[template_tests.Outcome]) -> Iterator[tuple[bool, str]]:
    """(whether it is good news, the sentence): how many went out, then each that didn't."""
    if count := template_tests.sent_count(list(outcomes)):
        said = ngettext("%(count)s test was sent.", "%(count)s tests were sent.", count)
        yield True, said % {"count": count}
    for one in outcomes:
        if one.result != "SENT":
            yield (
                False,
                gettext("%(to)s: not sent. %(reason)s")
                % {
                    "to": one.to or gettext("Your address"),
                    "reason": REASONS.get(one.result, one.result),
                },
            )
