"""What the registers of privacy begin with; operators change all of it in the console."""

from members.services import breaches, purposes, recipients, retention


def install() -> dict[str, int]:
    """How many rows of each register were added. A repeat adds nothing."""
    return {
        "purposes": purposes.install(),
        "recipients": recipients.install(),
        "breach clocks": breaches.install(),
        "retention rules": retention.install(),
    }
