"""Shared secrets in turns of their own: one step a turn, in order, and nothing after an owner gave up."""

from __future__ import annotations

import pytest
from doubles.handshake import Counter

from ezvpn.crypto import dh
from ezvpn.crypto.backend_micropython import Backend
from ezvpn.ike.core import Core
from ezvpn.ike.secrets import Secrets, WantsSecret, check_value
from ezvpn.ike.state import Refused
from ezvpn.ike.timers import Slot, Timers

T = 2**30 - 5


class Owner(WantsSecret):
    def __init__(self) -> None:
        self.made: list[tuple[bytes, int]] = []

    def secret_made(self, g_xy: bytearray, now: int) -> None:
        self.made.append((bytes(g_xy), now))


class Desk:
    def __init__(self) -> None:
        self.crypto = Backend(Counter(1))  # makes them in parts on either interpreter
        self.core = Core(self.crypto, Counter(2))
        self.timers = Timers()
        self.secrets = Secrets(self.core, self.timers)
        self.peer = dh.generate(self.crypto, Counter(3), 14)

    def want(self, owner: Owner) -> dh.KeyPair:
        pair = self.core.take_pair(14)
        self.secrets.want(owner, pair, self.peer.public, T)
        return pair

    def shared(self, pair: dh.KeyPair) -> bytes:
        return bytes(self.crypto.dh_shared(14, self.peer.exponent, pair.public))


def test_one_step_a_turn_until_it_is_there() -> None:
    desk, owner = Desk(), Owner()
    pair = desk.want(owner)
    turns = 0
    while not owner.made:
        assert desk.timers.next() == T and any(pair.exponent) and desk.secrets.wanted_by(owner)
        desk.secrets.timeout(T)
        turns += 1
    assert turns > 2
    assert owner.made == [(desk.shared(pair), T)]
    assert not any(pair.exponent) and not desk.secrets.wanted_by(owner) and desk.timers.next() is None


def test_several_are_made_in_the_order_in_which_they_were_wanted() -> None:
    desk, first, second = Desk(), Owner(), Owner()
    pairs = desk.want(first), desk.want(second)
    while desk.timers.running(Slot.SECRET):
        assert not second.made or first.made
        desk.secrets.timeout(T)
    assert [first.made[0][0], second.made[0][0]] == [desk.shared(pair) for pair in pairs]


def test_who_gave_up_hears_no_more() -> None:
    desk, first, second = Desk(), Owner(), Owner()
    desk.want(first)
    pair = desk.want(second)
    desk.secrets.timeout(T)
    desk.secrets.forget(first)
    while desk.timers.running(Slot.SECRET):
        desk.secrets.timeout(T)
    assert first.made == [] and second.made[0][0] == desk.shared(pair)


def test_when_all_gave_up_nothing_is_due_for_long() -> None:
    desk, owner = Desk(), Owner()
    desk.want(owner)
    desk.secrets.forget(owner)
    desk.secrets.timeout(T)
    assert desk.timers.next() is None and owner.made == []


@pytest.mark.parametrize("public", [bytes(256), bytes(255) + b"\1", b"\2" * 255, b"\2" * 257, b"\xff" * 256], ids=len)
def test_a_value_that_cannot_be_used_is_refused_before_anything_is_computed(public: bytes) -> None:
    with pytest.raises(Refused, match="group 14"):
        check_value(14, public)
