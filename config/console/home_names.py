"""Names of slices in the reader's language."""

from django.utils.translation import get_language

from analytics.selectors.figures import Slice


def name_of(part: Slice) -> str:
    """In the reader's language, else in the other one, else the code."""
    ours, other = ("zh", "en") if (get_language() or "zh").startswith("zh") else ("en", "zh")
    return part.names.get(ours) or part.names.get(other) or part.code
