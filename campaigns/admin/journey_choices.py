"""What the builder of journeys offers: kinds of steps in words, lists to choose from, its texts."""

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from campaigns.admin import event_words, journey_sentences
from campaigns.models import Campaign
from campaigns.rules import journeys
from campaigns.rules.journey_reading import GRANTS, MEDIA
from campaigns.rules.journey_steps import Kind
from campaigns.selectors import journey_references
from campaigns.services import campaign_versions
from members.models import Consent

# The order of the menu; what each kind is called, and what it does.
KINDS: tuple[tuple[Kind, Any, Any], ...] = (
    (Kind.MESSAGE, _("Send a message"), _("A text, by the channels that you choose")),
    (Kind.GRANT, _("Give something"), _("Points, a coupon, a benefit, a badge or a tag")),
    (Kind.WAIT, _("Wait for a time"), _("Minutes, hours or days")),
    (Kind.WAIT_UNTIL, _("Wait until a time of day"), _("By the member's own clock")),
    (Kind.WAIT_EVENT, _("Wait for something to happen"), _("Two ways: it happened, or not")),
    (Kind.BRANCH, _("Branch by a condition"), _("Two ways: it is true of the member, or not")),
    (Kind.SPLIT, _("Split by variant"), _("A way for each variant, to compare them")),
    (Kind.TASK, _("Give the store a task"), _("A person calls, prepares or greets")),
    (Kind.WEBHOOK, _("Tell another system"), _("A signed post to an address of yours")),
    (Kind.END, _("End here"), _("Nothing more happens on this way")),
)
_GIFTS = {
    "POINTS": _("Points"),
    "COUPON": _("A coupon"),
    "BENEFIT": _("A benefit"),
    "BADGE": _("A badge"),
    "TAG": _("A tag"),
}
_SAME = (
    ("", _("Whatever it is about")),
    ("product", _("Only the product that began the journey")),
    ("order", _("Only the order that began the journey")),
)
_TEXTS = {
    "add": _("Add a step here"),
    "addFirst": _("Add the first step"),
    "put": _("Put it here"),
    "begins": _("The journey begins"),
    "ends": _("Then the journey is over"),
    "goesOn": _("Goes on below"),
    "edit": _("Change"),
    "up": _("Move up"),
    "down": _("Move down"),
    "move": _("Move somewhere else"),
    "moving": _("Choose a place for the step, or press Escape to leave it where it was."),
    "copy": _("Duplicate"),
    "remove": _("Delete"),
    "removed": _("Deleted: %(step)s"),
    "undo": _("Undo"),
    "redo": _("Redo"),
    "done": pgettext_lazy("a button", "Done"),
    "cancel": _("Cancel"),
    "save": _("Save"),
    "saving": _("Saving …"),
    "saved": _("Saved"),
    "unsaved": _("Not saved yet"),
    "failed": _("That didn't reach the server: try again. Nothing is lost here."),
    "conflict": _("Somebody else has changed this campaign. Your steps are still here."),
    "takeTheirs": _("Load theirs, and drop mine"),
    "keepMine": _("Save mine over theirs"),
    "lookAtTheirs": _("Look at theirs in another tab"),
    "unknown": _("This step isn't complete yet"),
    "gone": _("A variant that is gone: %(arm)s"),
    "noArms": _("Add a second variant to the campaign first"),
    "choose": _("Choose …"),
    "none": _("There is nothing to choose yet."),
    "isGone": _("%(code)s (isn't there any more)"),
    "howLong": _("How long"),
    "atMost": _("At most"),
    "minutes": _("minutes"),
    "hours": _("hours"),
    "days": pgettext_lazy("7 days", "days"),
    "unit": _("Unit"),
    "clock": _("Time of day"),
    "on": _("On the day (empty: the next time that it is so late)"),
    "event": _("What is waited for"),
    "about": _("What it is about"),
    "condition": _("Whom the first way takes"),
    "text": _("Text"),
    "newText": _("Write a new text"),
    "channels": _("Channels, the first choice at the top"),
    "first": _("By the first channel that reaches the member"),
    "each": _("By each of these channels"),
    "how": _("How it goes out"),
    "dropped": _("Dropped after hours (empty: as the campaign says)"),
    "what": _("What is given"),
    "points": _("Points"),
    "coupon": _("Coupon type"),
    "benefit": _("Benefit"),
    "badge": _("Badge"),
    "tag": _("Tag"),
    "count": _("How many"),
    "uses": _("Uses"),
    "forDays": _("For days (empty: a term)"),
    "titleZh": _("What is to be done, in Chinese"),
    "titleEn": _("What is to be done, in English"),
    "withinDays": _("Within days"),
    "system": _("System"),
    "newSystem": _("Add an address"),
    "nothing": _("There is nothing to set here."),
    "split": _("Each member goes the way of the variant that was drawn. Shares are set with the "
               "guard-rails."),
    "exitAdd": _("Add something that ends it"),
    "exitEvent": _("It ends at once when the member"),
    "earlier": _("Earlier"),
    "later": _("Later"),
    "stepOf": _("Step %(number)s: %(text)s"),
    "tooMany": format_lazy(_("At most {most} steps."), most=journeys.MOST_STEPS),
    "leave": _("Steps that you have not saved would be lost."),
}  # fmt: skip


def of(campaign: Campaign) -> dict[str, Any]:
    """All that the builder needs to know, as plain values."""
    arms = campaign_versions.content_arms(campaign)
    listed = {
        what: journey_references.choices(what)
        for what in (
            journey_references.TEMPLATE,
            journey_references.COUPON,
            journey_references.BENEFIT,
            journey_references.BADGE,
            journey_references.TAG,
            journey_references.ENDPOINT,
        )
    }
    media = dict(Consent.Medium.choices)
    return {
        "kinds": [
            {"kind": kind, "name": str(name), "hint": str(hint), "icon": _icon(kind)}
            for kind, name, hint in KINDS
        ],
        "lists": listed,
        "events": event_words.endings(),
        "media": [(code, str(media[code])) for code in MEDIA],
        "gifts": [(code, str(_GIFTS[code])) for code in GRANTS],
        "same": [(code, str(name)) for code, name in _SAME],
        "arms": [
            {"code": one["code"], "name": journey_sentences.arm(one["code"], one["share"])}
            for one in arms
        ],
        "ways": {
            code: journey_sentences.Teller().way(kind, code)
            for kind, codes in journey_ways().items()
            for code in codes
        },
        "mostSteps": journeys.MOST_STEPS,
        "mostDepth": journeys.MOST_DEPTH,
        "texts": {name: str(text) for name, text in _TEXTS.items()},
    }


def journey_ways() -> dict[str, tuple[str, ...]]:
    """Kinds of steps with two ways, and the codes of those."""
    return {str(Kind.BRANCH): ("yes", "no"), str(Kind.WAIT_EVENT): ("heard", "else")}


def _icon(kind: Kind) -> str:
    return journey_sentences.ICONS[kind]
