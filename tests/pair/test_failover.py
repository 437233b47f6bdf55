"""A device with two gateways on the virtual wire: the next one at once, phase 1 renewed beside, and what `standby warm` gains."""

from __future__ import annotations

import pytest
from doubles.device import GATEWAY, SECOND, Device, World, gateway
from doubles.link import Side, Wire

from ezvpn.tunnel.beside import PASSED_MS
from ezvpn_hil.gateway.policy import Policy

WAY_MS = 50  # one way, so a round trip is 100 ms
WATCHED = "crypto isakmp keepalive 10 2 periodic\n"
BLOCK = """crypto ipsec client ezvpn office
 group unity key group-secret
 username alice password alice-pass
"""
BY_NUMBER = " peer 198.51.100.11\n peer 198.51.100.12\n"
DEAD_MS = 20_000


def world(text: str, xauth: bool = True) -> World:
    sides = [
        gateway(Policy(address=address, xauth=xauth, pfs=0), seed=50 + i, address=address)
        for i, address in enumerate((GATEWAY, SECOND))
    ]
    w = World(*sides, wire=Wire(latency=WAY_MS), device=Device())
    w.configure(text)
    w.up()
    return w


def silent(side: Side) -> None:
    """Nothing reaches it any more."""
    side.address = b""


def heard_again(side: Side, address: bytes) -> None:
    side.address = address


def peer(w: World) -> bytes:
    return w.status.peer_address  # type: ignore[attr-defined,no-any-return]


def fails_over(w: World, side: Side, to: bytes) -> int:
    """Its gateway falls silent: ms from DOWN to UP at the next one."""
    silent(side)
    downs = len([line for line in w.device.log() if "tunnel is DOWN" in line])
    w.run(lambda: len([line for line in w.device.log() if "tunnel is DOWN" in line]) > downs, DEAD_MS + 15_000)
    down = w.now
    w.run(lambda: w.status.state == "IPSEC_ACTIVE" and peer(w) == to, 60_000)  # type: ignore[attr-defined]
    return w.now - down


def test_the_next_gateway_is_written_to_in_the_moment_of_down() -> None:
    w = world(WATCHED + BLOCK + BY_NUMBER)
    w.wait(30_000)
    core = w.node.endpoint._core
    assert 14 in core._pairs, "a key pair was made while there was time"
    took = fails_over(w, w.gateways[0], SECOND)
    first = next(at for at, _, to, _ in w.log if to == SECOND)
    assert w.now - first == took, "the first datagram left in the ms of DOWN"
    assert took == 5 * 2 * WAY_MS, "five round trips: phase 1, XAUTH twice, Mode Config, quick mode"


def test_a_key_pair_is_ready_also_after_a_renewal_with_pfs_took_it() -> None:
    w = world(WATCHED + BLOCK + " pfs group 14\n" + BY_NUMBER)
    w.wait(10_000)
    (spi,) = w.node.tunnel("office").spis()  # type: ignore[union-attr]
    w.node.tunnel("office").rekey(spi, w.now)  # type: ignore[union-attr]
    w.call(w.device, w.node.after_command, w.now)
    w.run(lambda: w.node.tunnel("office").spis() != [spi])  # type: ignore[union-attr]
    w.wait(1000)
    assert 14 in w.node.endpoint._core._pairs


def test_what_a_dead_gateway_says_later_is_not_believed() -> None:
    w = world(WATCHED + BLOCK + BY_NUMBER)
    w.wait(5000)
    old = w.gateways[0].core.sessions[0]  # type: ignore[attr-defined]
    fails_over(w, w.gateways[0], SECOND)
    before = dict(w.node.endpoint.dropped)
    heard_again(w.gateways[0], GATEWAY)
    old.informational.send_delete_isakmp(w.now)
    w.call(w.gateways[0], w.gateways[0].core.timeout, w.now)
    w.wait(5000)
    assert peer(w) == SECOND and w.status.state == "IPSEC_ACTIVE"  # type: ignore[attr-defined]
    assert w.node.endpoint.dropped.get("unknown-cookie", 0) > before.get("unknown-cookie", 0)


def test_all_dead_and_one_back() -> None:
    w = world(WATCHED + BLOCK + BY_NUMBER)
    silent(w.gateways[1])
    silent(w.gateways[0])
    w.run(lambda: w.status.next_try is not None, 120_000)  # type: ignore[attr-defined]
    heard_again(w.gateways[0], GATEWAY)
    w.up(120_000)
    assert peer(w) == GATEWAY


@pytest.mark.parametrize(("standby", "took"), [("", 3 * 2 * WAY_MS), (" standby warm\n", 2 * WAY_MS)])
def test_what_standby_warm_gains_where_nobody_logs_in(standby: str, took: int) -> None:
    """Quick mode alone, instead of phase 1, Mode Config and quick mode."""
    w = world(WATCHED + BLOCK + BY_NUMBER + standby, xauth=False)
    fails_over(w, w.gateways[0], SECOND)  # now both are known to ask for no log-in
    heard_again(w.gateways[0], GATEWAY)
    w.wait(310_000)
    assert fails_over(w, w.gateways[1], GATEWAY) == took


@pytest.mark.parametrize(("standby", "lookups"), [("", 1), (" standby warm\n", 0)])
def test_what_standby_warm_gains_with_names(standby: str, lookups: int) -> None:
    """One lookup less between DOWN and the first datagram."""
    sides = [gateway(seed=50 + i, address=address) for i, address in enumerate((GATEWAY, SECOND))]
    w = World(*sides, wire=Wire(latency=WAY_MS), device=Device())
    w.device.names = {"one.example": [GATEWAY], "two.example": [SECOND]}
    w.configure(WATCHED + BLOCK + " peer one.example\n peer two.example\n" + standby)
    w.up()
    w.wait(30_000)
    asked = len(w.device.ordered("resolve"))
    fails_over(w, w.gateways[0], SECOND)
    assert len(w.device.ordered("resolve")) - asked == lookups


def test_phase_1_is_renewed_beside_the_one_in_use_for_ever() -> None:
    """crypto isakmp policy, lifetime 600: eight times an hour, and the tunnel never goes down."""
    policy = "crypto isakmp policy 10\n encryption aes 256\n hash sha256\n group 14\n lifetime 600\n"
    w = world(policy + WATCHED + BLOCK + BY_NUMBER)
    address = w.status.config.address  # type: ignore[attr-defined]
    cookies = set()
    for _ in range(30):
        w.wait(120_000)
        cookies.add(w.status.phase1.initiator_cookie)  # type: ignore[attr-defined]
        assert w.status.state == "IPSEC_ACTIVE" and w.status.config.address == address  # type: ignore[attr-defined]
        assert len(w.node.endpoint._sessions) <= 2 and len(w.gateways[0].core.sessions) <= 2  # type: ignore[attr-defined]
    assert len(cookies) >= 6
    w.wait(PASSED_MS)
    assert not [line for line in w.device.log() if "DOWN" in line]
    assert [call[0] for call in w.device.plane.calls].count("detach") == 0  # type: ignore[attr-defined]
    standing = [call[2] for call in w.device.plane.calls if call[0] == "install"]  # type: ignore[attr-defined]
    gone = [call[1] for call in w.device.plane.calls if call[0] == "remove"]  # type: ignore[attr-defined]
    assert 1 <= len(standing) - len(gone) <= 2


def test_lifetimes_of_ipsec_sas_come_from_the_configuration() -> None:
    line = "crypto ipsec security-association lifetime seconds 300\n"
    w = world(line + BLOCK + BY_NUMBER)
    (child,) = w.status.children  # type: ignore[attr-defined]
    assert 0 < child.remaining_s <= 300
    (spi,) = w.node.tunnel("office").spis()  # type: ignore[union-attr]
    w.run(lambda: w.node.tunnel("office").spis() != [spi], 280_000)  # type: ignore[union-attr]
    w.wait(4500)
    assert ("use", w.node.tunnel("office").spis()[0]) in w.device.plane.calls  # type: ignore[attr-defined,union-attr]
