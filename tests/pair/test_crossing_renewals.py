"""Both ends renew a pair at the same moment: whatever arrives first, one pair is left, the same at both ends."""

import pytest
from doubles.handshake import Handshake

from ezvpn.ike.child import RETIRED_MS
from ezvpn.ike.events import ChildUp
from ezvpn.ike.params import ChildRequest


def pairs(session: object, ours: bool) -> "list[tuple[int, int]]":
    """(client's inbound SPI, gateway's inbound SPI) of what stands and is not retired."""
    return [
        (child.spi_in, child.spi_out) if ours else (child.spi_out, child.spi_in)
        for child in session.children  # type: ignore[attr-defined]
        if child.up and not child.retired
    ]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("order", ["client first", "gateway first", "last in, first out"])
def test_one_pair_is_left_and_it_is_the_same(seed: int, order: str) -> None:
    h = Handshake(seed)
    h.run()
    up = h.said(ChildUp)[0]
    assert isinstance(up, ChildUp)
    client, gateway = h.client._find(h.session), h.gateway.sessions[0]
    assert client is not None
    # I -> R  Q1 and R -> I  Q1 fly past each other
    h.client.open_child(h.session, ChildRequest(up.local, up.remote, (up.transform,)), h.now, replaces=up.child)
    gateway.open_child(ChildRequest(up.remote, up.local, (up.transform,)), gateway.children[0].id, h.now)
    h.drain()
    while h.flying:
        wanted = [d for d in h.flying if d.to_client == (order == "gateway first")] or h.flying
        datagram = h.flying[-1] if order == "last in, first out" else wanted[0]
        h.flying.remove(datagram)
        h.now += 7
        h.deliver(datagram)
    assert len(h.said(ChildUp)) == 3
    (kept,) = pairs(client, True)
    assert pairs(gateway, False) == [kept]
    end = h.now + RETIRED_MS + 1000
    while h.now < end and h.jump():
        h.run()
    assert [(child.spi_in, child.spi_out) for child in client.children] == [kept]
    assert [(child.spi_out, child.spi_in) for child in gateway.children] == [kept]


def test_a_pair_is_removed_only_after_its_delete_had_time_to_arrive() -> None:
    """The peer may send under it until it has the Delete."""
    h = Handshake()
    h.run()
    up = h.said(ChildUp)[0]
    assert isinstance(up, ChildUp)
    h.client.open_child(h.session, ChildRequest(up.local, up.remote, (up.transform,)), h.now, replaces=up.child)
    h.drain()
    h.run()
    client, gateway = h.client._find(h.session), h.gateway.sessions[0]
    assert client is not None
    gateway.children[0].delete_at = gateway.children[0].expire_at = None  # one that waits for ours, as strongSwan does
    both = []
    while len(client.children) == 2 and h.jump():
        h.run()
        both.append((len(client.children), len(gateway.children)))
    assert (2, 1) in both, "gone there, still taken here"


def test_a_session_that_was_superseded_lets_its_pairs_go_one_by_one() -> None:
    h = Handshake()
    h.run()
    client = h.client._find(h.session)
    assert client is not None and len(client.children) == 1
    h.client.retire(h.session, h.now)
    h.client.retire(h.session + 1, h.now)  # unknown: nothing
    end = h.now + RETIRED_MS + 1000
    while h.now < end and h.jump():
        h.run()
    assert client.children == [] and h.client.status(h.session, h.now) is not None
