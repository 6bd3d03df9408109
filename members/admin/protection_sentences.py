"""What events of data protection say on the timeline."""

from django.utils.translation import gettext as _

from members.registry.sentences import BAD, GOOD, Sentence


def tell(type_: str) -> Sentence | None:
    """None for events of another kind."""
    if type_ == "members.profiling.refused":
        return Sentence(
            text=_("Objected to profiling"), icon="visibility_off", tone=BAD, tab="protection"
        )
    if type_ == "members.profiling.allowed":
        return Sentence(text=_("May be profiled again"), icon="visibility", tab="protection")
    if type_ == "members.guardian.consented":
        return Sentence(
            text=_("A parent agreed for this member"),
            icon="family_restroom",
            tone=GOOD,
            tab="protection",
        )
    if type_ == "members.guardian.withdrew":
        return Sentence(
            text=_("A parent took their consent back"),
            icon="family_restroom",
            tone=BAD,
            tab="protection",
        )
    return None
