"""The dialogs in an offer's life, and what its approval asks for."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from campaigns.admin import offer_sentences
from campaigns.models import Offer
from members.admin import confirmations
from members.models import ApprovalRequest

PUBLISH = {
    "title": gettext_lazy("Publish this offer"),
    "description": gettext_lazy(
        "Another person approves it. It then holds from its day on and can't be changed: a "
        "change is a new version. Saved changes count, others don't."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": gettext_lazy("Ask for approval"),
}
STOP = {
    "title": gettext_lazy("Stop this offer now"),
    "description": gettext_lazy(
        "No cart gets it from this moment on; a quote that was given keeps it for its minutes. An "
        "offer that has not begun becomes a draft again, and the version before it goes on."
    ),
    "form_class": confirmations.RequiredNoteForm,
    "form_submit_text": gettext_lazy("Stop the offer"),
}
RENEW = {
    "title": gettext_lazy("New version of this offer"),
    "description": gettext_lazy(
        "A copy as a draft: change it, try it, and publish it in this one's place. This version "
        "goes on until then; what it used of budget and limits counts on."
    ),
    "form_class": confirmations.ConfirmForm,
    "form_submit_text": gettext_lazy("Make the draft"),
}


def asked(request: ApprovalRequest) -> list[str]:
    """The offer as its sentence, in the checker's language."""
    offer = Offer.objects.filter(pk=request.target_id).first()
    if offer is None:
        return []
    title = _("%(name)s, version %(number)s") % {"name": offer.name, "number": offer.version}
    return [title, offer_sentences.whole(offer)]
