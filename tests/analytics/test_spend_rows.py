from datetime import date

import pytest

from analytics.rules import spend_rows
from analytics.rules.spend_rows import BadRow

PLACES = spend_rows.columns(["编号", "Channel", "from", "to", "金额", "store"])
GOOD = ["R-1", "pos", "2026-03-01", "2026/3/31", "1,234.50", "SH01"]


def changed(**cells):
    row = list(GOOD)
    for name, value in cells.items():
        row[PLACES[name.removesuffix("_")]] = value
    return row


def test_a_row_is_read_by_its_headings_in_either_language():
    row = spend_rows.row(GOOD, PLACES, digits=2)

    assert (row.number, row.channel, row.store, row.amount) == ("R-1", "pos", "SH01", 123_450)
    assert (row.from_on, row.to_on) == (date(2026, 3, 1), date(2026, 3, 31))


def test_days_of_a_spreadsheet_are_days():
    row = spend_rows.row(changed(from_="46082", to="2026年3月31日"), PLACES, digits=2)

    assert (row.from_on, row.to_on) == (date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"number": " "}, "number_missing"),
        ({"number": "x" * 61}, "text_too_long"),
        ({"from_": "31.3.2026"}, "day_wrong"),
        ({"from_": "0000-01-01"}, "day_wrong"),
        ({"from_": "2026-04-01"}, "days_not_in_order"),
        ({"from_": "2001-04-01"}, "days_too_many"),
        ({"amount": "12.345"}, "amount_wrong"),
        ({"amount": "NaN"}, "amount_wrong"),
        ({"amount": ""}, "amount_wrong"),
        ({"amount": "-1"}, "amount_out_of_bounds"),
        ({"amount": "1E15"}, "amount_out_of_bounds"),
        ({"amount": "1E999999"}, "amount_out_of_bounds"),
    ],
)
def test_a_row_that_is_wrong_says_what(cells, code):
    with pytest.raises(BadRow) as bad:
        spend_rows.row(changed(**cells), PLACES, digits=2)

    assert bad.value.code == code


def test_yen_have_no_decimals():
    with pytest.raises(BadRow):
        spend_rows.row(GOOD, PLACES, digits=0)


def test_columns_that_are_needed_are_named():
    assert spend_rows.missing(spend_rows.columns(["Number", "x"])) == [
        "channel", "from", "to", "amount",
    ]  # fmt: skip
