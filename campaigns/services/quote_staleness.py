"""Why a quote can't be kept any more, and what its cart costs instead."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from campaigns.errors import QuoteChanged
from campaigns.services import quote_answers, quote_changes, quotes
from campaigns.services.quote_promises import Promise
from loyalty.services.documents import Source


def changed(
    *, promise: Promise, source: Source, lost: Sequence[dict[str, Any]], at: datetime
) -> QuoteChanged:
    """The refusal, with the difference to what the same cart costs now, and that quote. `lost`
    is what could not be kept ({"what", "code", "reason"}); a quote whose time is over may have
    lost nothing and is refused all the same."""
    judged = quotes.rejudge(promise=promise, source=source, at=at)
    found = quote_changes.between(promise, judged.promise, judged.quote, judged.points)
    by_thing = {(one["what"], one["code"]): one for one in lost}
    for one in found["lost"] if found else ():
        by_thing.setdefault((one["what"], one["code"]), one)
    difference = {
        "payable_before": promise["payable"],
        "payable_now": judged.promise["payable"],
        "lost": list(by_thing.values()),
    }
    return QuoteChanged(difference=difference, quote=quote_answers.answer(judged))
