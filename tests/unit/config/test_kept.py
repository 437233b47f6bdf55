"""Keeping lines that mean nothing here: what replaces what, and what `no` leaves behind."""

import pytest

from ezvpn.config import kept
from ezvpn.config.grammar import Mode
from ezvpn.config.kept_line import Kept
from ezvpn.record import Secret

MODE = Mode(
    "",
    "",
    "",
    (
        ("service ~ LINE", (), "keep 0"),
        ("speed ~ WORD", (), "one 0"),
        ("line WORD ~", (), "block 7"),
        ("password ~ SECRET$secret", (), "keep 0"),
    ),
)


def after(*lines: str) -> "list[str]":
    found: "list[Kept]" = []
    for line in lines:
        match = MODE.match(line)
        assert match.status == "ok"
        kept.keep(found, match, Kept(0, match.full, Secret(match.text("secret")) if match.text("secret") else None))
    return [one.text for one in found]


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        (["service a", "service b", "service a"], ["service a", "service b"]),
        (["service a", "no service a"], []),
        (["no service a"], ["no service a"]),
        (["no service a", "no service a"], ["no service a"]),
        (["no service a", "service a"], ["service a"]),
        (["no service a", "default service a"], []),
        (["service a x", "service a y", "no service a"], []),
        (["speed 10", "service a", "speed 100"], ["speed 100", "service a"]),
        (["speed 10", "no speed"], []),
        (["no speed 10", "speed auto"], ["speed auto"]),
        (["line vty", "no line vty", "no line vty"], []),
        (["password a", "password b"], ["password"]),
    ],
)
def test_keep(lines: "list[str]", left: "list[str]") -> None:
    assert after(*lines) == left


def test_a_block_that_is_opened_again_keeps_its_lines() -> None:
    old = Kept(7, "line vty")
    old.lines.append(Kept(0, "login"))
    lines = [old]
    again = Kept(7, "line vty")
    kept.keep(lines, MODE.match("line vty"), again)
    assert lines == [again]
    assert [line.text for line in again.lines] == ["login"]
    assert kept.count(lines) == 2


def test_fixed_part_names_the_feature() -> None:
    assert kept.fixed_part("crypto map WORD$map <1-65535>$sequence ~ ipsec-isakmp") == "crypto map"
    assert kept.fixed_part("speed ~ LINE") == "speed"
