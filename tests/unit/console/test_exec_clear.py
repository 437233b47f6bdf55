"""What `clear` means: which tunnels each filter lets through."""

import pytest
from doubles.host import FakeHost, tunnel_down, tunnel_up

from ezvpn.console.shell import Session


def host() -> FakeHost:
    """`a` is up from 15.0.0.1:500 to 25.0.0.1:500, `b` is being negotiated from 192.0.2.7:4500 to 203.0.113.9:4500, `c` rests."""
    found = FakeHost()
    first, second = tunnel_up("a"), tunnel_up("b")
    first.peer_address = b"\x19\0\0\1"
    second.phase1.session, second.phase1.state = 7, "AG_INIT_EXCH"
    second.peer_address = second.phase1.peer = b"\xcb\0\x71\x09"
    second.local = second.phase1.local = b"\xc0\0\2\7"
    second.phase1.local_port = second.phase1.peer_port = 4500
    second.children = ()
    found.statuses = [first, second, tunnel_down("c")]
    return found


@pytest.mark.parametrize(
    ("filters", "cleared"),
    [
        ("", "ab"),
        ("local 15.0.0.1", "a"),
        ("local 15.0.0.1 port 500", "a"),
        ("local 192.0.2.7 port 4500", "b"),
        ("remote 25.0.0.1", "a"),
        ("remote 203.0.113.9 port 4500", "b"),
        ("local 192.0.2.7 port 4500 remote 203.0.113.9 port 4500", "b"),
        ("remote 25.0.0.1 port 500 fvr none ivrf none", "a"),
        ("fvrf none", "ab"),
        ("fvr none", "ab"),
        ("ivrf (none)", "ab"),
        ("fvrf NONE ivrf global", "ab"),
    ],
)
def test_what_a_filter_lets_through(filters: str, cleared: str) -> None:
    device = host()
    assert Session(device, 0, privileged=True).execute("clear crypto session " + filters, 5000) == (0, "")
    assert device.calls == [("clear", name) for name in cleared]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("session local 15.0.0.1 port 4500", "No crypto session matches"),
        ("session local 15.0.0.1 remote 203.0.113.9", "No crypto session matches"),
        ("session remote 25.0.0.2", "No crypto session matches"),
        ("session remote 25.0.0.1 port 4500", "No crypto session matches"),
        ("session fvrf blue", "No VRF named blue: this device has one routing table"),
        ("session fvrf none ivrf red", "No VRF named red: this device has one routing table"),
        ("session remote 25.0.0.1 fvr blue", "No VRF named blue: this device has one routing table"),
        ("isakmp 1002", "No ISAKMP SA has conn-id 1002"),
        ("sa peer 203.0.113.9", "There is no IPsec SA with that peer"),
    ],
)
def test_what_matches_nothing_is_said_and_changes_nothing(command: str, words: str) -> None:
    device = host()
    assert Session(device, 0, privileged=True).execute("clear crypto " + command, 5000) == (1, "% " + words + "\n")
    assert device.calls == []


def test_a_device_without_sessions() -> None:
    device = FakeHost()
    for command, words in (
        ("session", "No crypto session stands or is being negotiated"),
        ("isakmp", "There is no ISAKMP SA"),
        ("sa", "There is no IPsec SA"),
    ):
        assert Session(device, 0, privileged=True).execute("clear crypto " + command, 0) == (1, "% " + words + "\n")
    device.statuses = []
    assert Session(device, 0, privileged=True).execute("clear crypto session", 0)[0] == 1


def test_by_conn_id_and_by_peer() -> None:
    device = host()
    session = Session(device, 0, privileged=True)
    for command in ("isakmp 1007", "isakmp", "sa peer 25.0.0.1", "sa"):
        assert session.execute("clear crypto " + command, 5000) == (0, "")
    assert device.calls == [("clear", "b"), ("clear", "a"), ("clear", "b"), ("clear_sas", "a"), ("clear_sas", "a")]


def test_an_sa_beside_the_one_in_use_is_cleared_alone() -> None:
    device = host()
    standby = tunnel_up("x").phase1
    standby.session, standby.peer = 9, b"\xcb\0\x71\x63"
    device.statuses[0].beside = (standby,)
    session = Session(device, 0, privileged=True)
    for command in ("isakmp 1009", "session remote 203.0.113.99", "session remote 203.0.113.99 port 500"):
        assert session.execute("clear crypto " + command, 5000) == (0, "")
    assert device.calls == [("isakmp_clear", 9)] * 3
    device.calls = []
    assert session.execute("clear crypto session", 5000) == (0, "")
    assert device.calls == [("clear", "a"), ("clear", "b")]  # a tunnel takes what stands beside with it


def test_pairs_without_an_isakmp_sa_are_a_session_too() -> None:
    device = host()
    device.statuses[0].phase1 = None
    session = Session(device, 0, privileged=True)
    assert session.execute("clear crypto session local 15.0.0.1 remote 25.0.0.1", 5000) == (0, "")
    assert device.calls == [("clear", "a")]
    assert session.execute("clear crypto session local 15.0.0.1 port 500", 5000)[0] == 1  # its port is not known


def test_nobody_clears_without_rights() -> None:
    device = host()
    code, text = Session(device, 0).execute("clear crypto session", 5000)
    assert code == 1 and "Invalid input" in text and device.calls == []
