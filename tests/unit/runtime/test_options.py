"""`ezvpn run`: every option, and a clear word about each mistake."""

import pytest

from ezvpn.runtime.exits import CannotStart
from ezvpn.runtime.options import RUN_OPTIONS, Options, help_text, parse


def test_defaults():
    assert parse([]) == Options("", "", "auto", "", "unix")


def test_all_options_in_both_forms():
    words = ["branch.conf", "--console", "-", "--dataplane=none", "--state-dir", "/tmp/x", "--board=acme_1"]
    assert parse(words) == Options("branch.conf", "-", "none", "/tmp/x", "acme_1")
    assert parse(["--record=off"]).record == "off"
    assert parse(["--record-keys", "/k"]) == Options(record_keys="/k")
    assert parse(["--console=/dev/ttyS0,115200", "x"]).console == "/dev/ttyS0,115200"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["a", "b"], "one CONFIG only, and 'a' was given before 'b'"),
        (["--verbose"], "no such option: --verbose"),
        (["-x"], "no such option: -x"),
        (["--board"], "option --board needs a value"),
        (["--board="], "option --board needs a value"),
        (["--dataplane", "magic"], "--dataplane is one of auto, tun, none, not 'magic'"),
        (["--console", "ttyS0"], "--console is -, pty, or a device such as /dev/ttyS0,115200, not 'ttyS0'"),
        (["--record", "maybe"], "--record is on or off, not 'maybe'"),
        (["--record", "off", "--record-keys", "k"], "--record-keys needs --record on"),
        (["--board", "../x"], "--board is a folder name of board/, not '../x'"),
    ],
)
def test_mistakes_are_named_and_end_with_exit_code_2(words, text):
    with pytest.raises(CannotStart) as fault:
        parse(words)
    assert fault.value.code == 2
    assert fault.value.text.startswith(text + "\nUsage: ezvpn run")


def test_help_names_every_option():
    for name, value, _, text in RUN_OPTIONS:
        assert f"{name} {value}" in help_text()
        assert text in help_text()
