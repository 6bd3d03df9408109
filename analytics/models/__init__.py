"""What we know of members: roll-ups and measures."""

from analytics.models.member_days import MemberDay

__all__ = ["MemberDay"]
