"""What a request about a benefit asks for, in the checker's language."""

from loyalty.admin import benefit_sentences
from loyalty.selectors import benefits
from members.models import ApprovalRequest


def benefit(request: ApprovalRequest) -> list[str]:
    """The benefit as its sentence."""
    found = benefits.rows().filter(pk=request.target_id).first()
    return [] if found is None else [found.name, benefit_sentences.whole(found)]
