"""What outstanding points would cost."""


def liability(
    *, outstanding_points: int, redeem_points: int, redeem_amount: int, breakage_percent: int
) -> int:
    """Minor units owed for `outstanding_points`, less the share expected never to be used.

    `redeem_points` pay for `redeem_amount`; rounded down once, at the end.
    Source: docs/algorithms/home-figures.md.
    """
    used_percent = 100 - breakage_percent
    return outstanding_points * redeem_amount * used_percent // (redeem_points * 100)
