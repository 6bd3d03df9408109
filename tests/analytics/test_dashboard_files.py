"""Charts as files: exact cells, and no text that a spreadsheet takes for a formula."""

import io
from datetime import date
from decimal import Decimal
from zipfile import ZipFile

import pytest
from django.utils import translation

from analytics.admin.dashboards import files
from analytics.admin.dashboards.charts import As, Chart, Column, Kind, Part
from loyalty.intake import sheets

SHOPS = Chart(
    code="shops",
    kind=Kind.BAR,
    title="Shops [all]: sales/returns",
    definition="",
    columns=(
        Column(label="Shop", shown_as=As.TEXT),
        Column(label="Since", shown_as=As.DAY),
        Column(label="Month", shown_as=As.MONTH),
        Column(label="Sales", shown_as=As.AMOUNT, is_drawn=True),
        Column(label="Change", shown_as=As.PERCENT),
        Column(label="Returning", shown_as=As.SHARE),
    ),
    rows=(
        ("=HYPERLINK(1)", date(2026, 3, 2), date(2026, 3, 1), 123_450, Decimal("-4.5"), Part(1, 8)),
        ("@b", None, None, -50, None, Part(0, 0)),
    ),
    totals=(None, None, None, 123_400, None, None),
)
CONTENTS = files.Contents(
    name="shops", currency="CNY", about=[("Period", "=1")], tiles=(), charts=[SHOPS]
)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


def test_one_chart_as_csv_is_a_table_with_whole_units_and_no_formula():
    one = files.Contents(
        name="shops", currency="CNY", about=[], tiles=(), charts=[SHOPS], has_one_chart=True
    )

    assert files.as_csv(one).decode("utf-8-sig").splitlines() == [
        'Shop,Since,Month,Sales,Change,Returning,"Returning, %"',
        "'=HYPERLINK(1),2026-03-02,2026-03,1234.50,-4.5,1,12.5",
        "'@b,,,-0.50,,0,",
        "Total,,,1234.00,,,",
    ]


def test_a_currency_without_a_minor_unit_stays_whole():
    yen = files.Contents(
        name="shops", currency="JPY", about=[], tiles=(), charts=[SHOPS], has_one_chart=True
    )

    assert ",123450,-4.5," in files.as_csv(yen).decode()


def test_a_workbook_has_a_sheet_for_each_chart_with_numbers_and_texts():
    book = files.as_xlsx(CONTENTS)

    with ZipFile(io.BytesIO(book)) as parts:
        names = parts.read("xl/workbook.xml").decode()
        chart = parts.read("xl/worksheets/sheet2.xml").decode()
    assert 'name="Shops  all   sales returns"' in names
    assert "<f>" not in chart
    assert "<v>1234.5</v>" in chart
    assert list(sheets.rows(io.BytesIO(book))) == [["Period", "=1"]]
