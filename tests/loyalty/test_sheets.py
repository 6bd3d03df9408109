"""What cells of an uploaded workbook say."""

import io
import zipfile

import pytest

from loyalty.intake import sheets


def workbook(*values):
    """A workbook whose first row has these numbers, as a spreadsheet wrote them."""
    cells = "".join(f"<c><v>{value}</v></c>" for value in values)
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{namespace}"><sheetData><row>{cells}</row></sheetData></worksheet>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as book:
        book.writestr("xl/worksheets/sheet1.xml", sheet)
    file.seek(0)
    return file


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("120.0", "120"),
        ("1.38E+10", "13800000000"),
        ("1234.5", "1234.5"),
        # Floats carry seventeen digits, spreadsheets show fifteen of them: this is 4.6.
        ("4.5999999999999996", "4.6"),
        ("1234.5600000000002", "1234.56"),
        ("-0.10000000000000001", "-0.1"),
    ],
)
def test_a_number_is_what_the_spreadsheet_shows(written, read):
    assert list(sheets.rows(workbook(written))) == [[read]]
