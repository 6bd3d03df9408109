"""The coupons of The Complete Journey: which campaigns gave which, and who redeemed one when.

A coupon of the data is a `coupon_upc` within a campaign, valid on any of its products while the
campaign runs. A redemption names household, coupon, campaign and day, but no receipt: it belongs
to the receipt of the household on that day in the shop's zone that has one of the coupon's
products, where there is exactly one (docs/decisions/0061-complete-journey-coupons.md).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

from config.demo import journey

if TYPE_CHECKING:
    import pandas as pd

_KEY = ["campaign_id", "coupon_upc"]
_RECEIPT = (
    "household_id", "store_id", "basket_id", "product_id", "coupon_disc", "transaction_timestamp",
)  # fmt: skip
# What a coupon takes off that none of the linked receipts shows: the commonest figure, in cents.
_COMMON_AMOUNT = 100


@dataclass(frozen=True)
class Voucher:
    """A coupon of a campaign, valid on `products` from `first_on` through `last_on`. `amount` is
    the most that one of its coupons took off, in cents."""

    campaign: int
    kind: str
    upc: int
    first_on: date
    last_on: date
    products: tuple[int, ...]
    amount: int

    @property
    def code(self) -> str:
        return code_of(self.campaign, self.upc)


@dataclass(frozen=True)
class Redemption:
    """One coupon used by a household on a day. `basket` is the receipt, None where the data
    leaves it open; `seconds` is when, UTC since 1970: that receipt's time, else the day's last;
    `discount` in cents."""

    household: int
    campaign: int
    upc: int
    used_on: date
    basket: int | None
    store: int | None
    seconds: int
    discount: int

    @property
    def code(self) -> str:
        return code_of(self.campaign, self.upc)

    @property
    def key(self) -> str:
        """Tells it from every other: a household used some coupons on two days."""
        return f"completejourney:{self.household}:{self.code}:{self.used_on}"


def code_of(campaign: int, upc: int) -> str:
    """The code of the coupon type."""
    return f"cj-{campaign:02d}-{upc}"


@cache
def vouchers() -> tuple[Voucher, ...]:
    """All that the campaigns gave, by campaign and number: 1,197, of which 557 were used."""
    return tuple(_vouchers())


def _vouchers() -> Iterator[Voucher]:
    used: dict[str, int] = {}
    for one in redemptions():
        used[one.code] = max(used.get(one.code, 0), one.discount)
    campaigns = journey.table("campaign_descriptions").set_index("campaign_id")
    for (campaign, upc), part in _coupons().groupby(_KEY, sort=True):
        told = campaigns.loc[campaign]
        code = code_of(int(campaign), int(upc))
        yield Voucher(
            campaign=int(campaign),
            kind=str(told.campaign_type),
            upc=int(upc),
            first_on=told.start_date.date(),
            last_on=told.end_date.date(),
            products=tuple(sorted(int(product) for product in part.product_id)),
            amount=used.get(code) or _COMMON_AMOUNT,
        )


@cache
def redemptions() -> tuple[Redemption, ...]:
    """All 2,102, by day, household and coupon."""
    rows = journey.table("coupon_redemptions").rename(columns={"redemption_date": "day"})
    rows = rows.sort_values(["day", "household_id", *_KEY], ignore_index=True)
    lines = _lines_of(rows)
    covered = _covered(rows, lines)
    last = lines.sort_values("seconds").groupby(["household_id", "day"]).last()
    return tuple(
        _redemption(row, covered.get(int(row.Index)), last.loc[(row.household_id, row.day)])
        for row in rows.itertuples()
    )


def _redemption(
    row: "pd.core.frame.Any", found: "tuple[pd.Series, int] | None", last: "pd.Series"
) -> Redemption:
    receipt, discount = found or (None, 0)
    return Redemption(
        household=int(row.household_id),
        campaign=int(row.campaign_id),
        upc=int(row.coupon_upc),
        used_on=row.day.date(),
        basket=None if receipt is None else int(receipt.basket_id),
        store=None if receipt is None else int(receipt.store_id),
        seconds=int((last if receipt is None else receipt).seconds),
        discount=discount,
    )


def _coupons() -> "pd.DataFrame":
    """Coupon and product pairs; 4,872 stand in the data twice."""
    return journey.table("coupons").drop_duplicates()


def _lines_of(rows: "pd.DataFrame") -> "pd.DataFrame":
    """The receipts' lines of the households and days at hand, the day being the shop's."""
    lines = journey.table("transactions", _RECEIPT)
    lines = lines[lines.household_id.isin(rows.household_id.unique())]
    stamps = lines.transaction_timestamp
    wall = stamps.dt.tz_localize("UTC").dt.tz_convert(journey.SHOP_ZONE).dt.tz_localize(None)
    lines = lines.assign(
        day=wall.dt.normalize().astype(rows.day.dtype),
        seconds=stamps.astype("datetime64[s]").astype("int64"),
        cents=(lines.coupon_disc * 100).round().astype("int64"),
    )
    return lines.merge(rows[["household_id", "day"]].drop_duplicates())


def _covered(rows: "pd.DataFrame", lines: "pd.DataFrame") -> "dict[int, tuple[pd.Series, int]]":
    """By row of a redemption its one receipt, and what the receipt's lines of its products say
    that coupons took off: shared equally where two coupons are for one line."""
    pairs = rows.reset_index(names="row").merge(_coupons(), on=_KEY)
    found = pairs.merge(lines, on=["household_id", "day", "product_id"])
    receipts = found.groupby("row").basket_id.transform("nunique")
    found = found[receipts == 1].sort_values(["basket_id", "product_id", "row"])
    same_line = found.groupby(["basket_id", "product_id"]).row
    share, place = same_line.transform("nunique"), same_line.rank("dense").astype("int64") - 1
    found = found.assign(part=found.cents // share + (place < found.cents % share))
    return {
        int(number): (part.iloc[0], int(part.part.sum())) for number, part in found.groupby("row")
    }
