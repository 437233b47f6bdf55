"""The tables know every door and every question, and values come back without their secrets."""

from __future__ import annotations

import hashlib

import pytest

from ezvpn.config.model import same
from ezvpn.config.text import parse
from ezvpn.console.host import Host
from ezvpn.flight.doors import DOORS, HOST_ASKS, HOST_CHANGES, Numbers, from_trace, to_trace
from ezvpn.node.node import Node
from ezvpn.record import Secret

TEXT = """hostname edge
enable secret same-words
crypto ipsec client ezvpn office
 group unity key other-words
 peer 198.51.100.11
 username alice password same-words
"""
# Verbs without a record of their own, and what only the runtime reads.
NO_DOORS = {"transmit", "event", "deadline", "closed", "outbox"}
INSIDE = {"tunnels", "tunnel", "after_command", "note", "order", "all_counters", "states"}


def numbers() -> Numbers:
    return Numbers(lambda data: hashlib.sha256(data).digest())


def test_every_door_of_the_node_is_in_the_table() -> None:
    public = {name for name in dir(Node) if not name.startswith("_")}
    own = {name for name in public if name in vars(Node)} | {"apply"}
    assert own - NO_DOORS - INSIDE == set(DOORS)


def test_every_question_and_change_of_a_console_is_known() -> None:
    """A new method of `Host` must be put into one of the tables: a change that is not recorded spoils every replay."""
    methods = {name for name in dir(Host) if not name.startswith("_")} | set(Host.__annotations__)
    assert methods - set(HOST_ASKS) - set(HOST_CHANGES) == set()


def test_a_configuration_comes_back_with_stand_ins() -> None:
    config = parse(TEXT).config
    revealed: dict[int, str] = {}
    kept = to_trace(("console", config), numbers(), revealed.__setitem__)
    assert "words" not in repr(kept)
    assert revealed == {1: "same-words", 2: "other-words"}
    word, back = from_trace(kept, {})
    assert word == "console"
    assert back.profiles[0].key.reveal() == b"removed-2"
    assert back.profiles[0].password.reveal() == back.enable_secret.reveal() == b"removed-1"
    assert same(from_trace(kept, revealed)[1], config)


def test_one_number_for_one_secret_through_the_whole_run() -> None:
    known = numbers()
    first = to_trace(Secret("open-sesame"), known, lambda number, secret: None)
    other = to_trace(Secret("close-sesame"), known, lambda number, secret: None)
    again = to_trace([(16522, Secret("open-sesame"))], known, lambda number, secret: None)
    assert from_trace(first, {}).reveal() == b"removed-1"
    assert from_trace(other, {}).reveal() == b"removed-2"
    assert from_trace(again, {})[0][1].reveal() == b"removed-1"
    assert from_trace(again, {1: "open-sesame"})[0][1].reveal() == b"open-sesame"


@pytest.mark.parametrize("value", [1, None, b"x", "removed-7", (b"x", (0, b"abcd", 500)), [b"a", b"b"]])
def test_everything_else_is_itself(value: object) -> None:
    assert from_trace(to_trace(value, numbers(), None), {7: "no"}) == value
