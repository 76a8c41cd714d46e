"""Tables of the staff pages whose rows become blocks on a phone: each cell then says what it is of."""

import re
from pathlib import Path

import pytest

STACKED = [
    path
    for path in sorted((Path(__file__).parents[1] / "templates" / "staff").glob("*.html"))
    if "st-table--stack" in path.read_text()
]


def test_there_are_such_tables():
    assert {path.stem for path in STACKED} >= {"contacts", "door_list", "waiting_list", "waiting_term"}


@pytest.mark.parametrize("path", STACKED, ids=lambda path: path.stem)
def test_every_cell_bears_the_head_of_its_column(path):
    page = path.read_text()
    heads = [re.sub(r"{%.*?%}", "", head) for head in re.findall(r'<th scope="col">(.*?)</th>', page)]
    assert re.findall(r'<td[^>]* data-label="([^"]+)"', page) == heads
    assert len(re.findall(r"<td\b", page)) == len(heads)
