"""Both forms of `show processes`, in text and as JSON."""

import json

import pytest
from doubles.host import FakeHost

from ezvpn.console.shell import Session


@pytest.mark.parametrize(
    ("line", "key"),
    [("show processes cpu", "five_seconds"), ("show processes memory", "resident_kb"), ("show version", "restart")],
)
def test_text_and_json(line: str, key: str) -> None:
    code, text = Session(FakeHost(), 1).execute(line, 10**6)
    assert code == 0 and not text.startswith("{")
    code, text = Session(FakeHost(), 1).execute(line + " json", 10**6)
    assert code == 0 and key in json.loads(text)
