"""What the programme says about birthdays."""

from zoneinfo import ZoneInfo

from loyalty.models import Program
from members.rules.birthdays import Policy


def policy() -> Policy | None:
    """The notice and the zone of the programme in force; None without one."""
    programs = Program.objects.filter(is_current=True)
    found = programs.values_list("birthday_notice_days", "time_zone").first()
    return Policy(found[0], ZoneInfo(found[1])) if found else None
