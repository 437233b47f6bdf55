"""Order, wrapping, the primary, names with several addresses."""

import pytest

from ezvpn.tunnel.peers import PeerList, parse_ipv4

A, B, C = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2]), bytes([10, 0, 0, 3])
THREE = (("10.0.0.1", False), ("10.0.0.2", False), ("10.0.0.3", False))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("10.2.80.209", bytes([10, 2, 80, 209])),
        ("0.0.0.0", bytes(4)),
        ("255.255.255.255", b"\xff" * 4),
        ("256.1.1.1", None),
        ("1.2.3", None),
        ("1.2.3.4.5", None),
        ("1.2.3.", None),
        ("1.2.3.-4", None),
        ("1.2.3.0004", None),
        ("vpn.example.net", None),
        ("", None),
    ],
)
def test_a_dotted_quad_or_a_name(text, address):
    assert parse_ipv4(text) == address


def test_a_round_goes_through_all_and_the_next_begins_where_it_ended():
    peers = PeerList(THREE)
    seen = [peers.address]
    while peers.advance():
        seen.append(peers.address)
    assert seen == [A, B, C]
    assert peers.address == A


def test_a_round_from_the_middle_wraps():
    peers = PeerList(THREE)
    peers.advance()
    peers.begin()  # the tunnel to B was up and ended: B first
    seen = [peers.address]
    while peers.advance():
        seen.append(peers.address)
    assert seen == [B, C, A]


def test_after_a_dead_peer_the_next_one_is_first():
    peers = PeerList(THREE)
    peers.begin(after=True)
    assert peers.address == B


def test_the_primary_begins_every_round():
    peers = PeerList((("10.0.0.1", False), ("10.0.0.2", True), ("10.0.0.3", False)))
    seen = [peers.address]
    while peers.advance():
        seen.append(peers.address)
    assert seen == [B, C, A]
    assert peers.address == B
    peers.advance()
    peers.begin(after=True)
    assert peers.address == B


def test_a_name_counts_as_many_peers_as_it_has_addresses():
    peers = PeerList((("vpn.example", False), ("10.0.0.3", False)))
    assert (peers.host, peers.address) == ("vpn.example", None)
    assert peers.resolved([A, B, A])
    assert peers.address == A
    assert peers.advance()
    assert (peers.host, peers.address) == ("vpn.example", B)
    assert peers.advance()
    assert peers.address == C
    assert not peers.advance()
    assert peers.address is None  # asked again


def test_a_name_without_addresses():
    peers = PeerList((("vpn.example", False),))
    assert not peers.resolved([])
    assert not peers.resolved([b"\0" * 16])
    assert not peers.advance()


def test_a_name_with_too_many_addresses_is_cut():
    peers = PeerList((("vpn.example", False),))
    peers.resolved([bytes([10, 0, 1, i]) for i in range(100)])
    count = 1
    while peers.advance():
        count += 1
    assert count == PeerList.MAX_ADDRESSES


def test_an_edited_list_goes_on_with_the_same_host():
    peers = PeerList(THREE)
    peers.keep("10.0.0.3")
    assert (peers.index, peers.address) == (2, C)
    peers.keep("10.9.9.9")
    assert peers.index == 2


def test_an_empty_list():
    peers = PeerList(())
    assert (peers.host, peers.address) == ("", None)
    assert not peers.advance()
    peers.begin(after=True)


def test_who_follows_a_dead_peer():
    peers = PeerList(THREE)
    assert peers.following == "10.0.0.2"
    peers.begin(after=True)
    assert (peers.host, peers.following) == ("10.0.0.2", "10.0.0.3")
    primary = PeerList((("10.0.0.1", False), ("10.0.0.2", True), ("10.0.0.3", False)))
    assert (primary.host, primary.following) == ("10.0.0.2", "10.0.0.3"), "not the dead primary itself"
    primary.begin(after=True)
    assert (primary.host, primary.following) == ("10.0.0.3", "10.0.0.2")
    primary.begin(after=True)
    assert primary.host == "10.0.0.2"
    assert PeerList(THREE[:1]).following == "" and PeerList(()).following == ""
    only = PeerList(THREE[:1])
    only.begin(after=True)
    assert only.host == "10.0.0.1"
