"""What leaves as CSV is executed by no spreadsheet, and comes back as it was typed."""

import csv
import io
import re
from pathlib import Path

from django.conf import settings
from hypothesis import HealthCheck, example, given
from hypothesis import settings as tried
from hypothesis import strategies as st

from leadbridge.kernel.exports import neutral, restored, write_csv
from tests.leads.intake.naughty import NAUGHTY

NUMBER = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?")
CELLS = st.text(alphabet=st.sampled_from("=+-@'\t\r\n＝＠1.x \0\u202e"), max_size=6) | st.text()


@tried(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
@example("'=1+1")
@example("''@x")
@given(CELLS)
def test_no_cell_is_a_formula_and_each_comes_back(typed: str) -> None:
    cell = neutral(typed)
    assert NUMBER.fullmatch(cell) or not cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert restored(cell) == typed


def test_a_file_of_naughty_strings_is_read_as_it_was_written() -> None:
    cells = [text.encode(errors="replace").decode().replace("\0", "") for text in NAUGHTY]
    out = io.StringIO(newline="")
    write_csv(out, [[cell] for cell in cells])
    out.seek(0)
    read = [row[0] if row else "" for row in csv.reader(out)]
    assert [restored(cell) for cell in read] == cells


def test_all_csv_leaves_by_this_one_door() -> None:
    """Nothing else writes CSV or answers with it, so that no cell goes round `neutral`."""
    base = Path(settings.BASE_DIR)
    files = [
        path for room in ("leadbridge", "leads", "sla") for path in base.glob(f"{room}/**/*.py")
    ]
    found = {
        str(path.relative_to(base))
        for path in files
        if re.search(r"csv\.(writer|DictWriter)|[\"']text/csv", path.read_text())
    }
    assert found == {"leadbridge/kernel/exports.py"}
