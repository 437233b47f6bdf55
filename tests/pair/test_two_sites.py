"""Crypto maps between whole nodes: who calls whom, both at once, three peers and failover, renewals, quarrels."""

from __future__ import annotations

from doubles.sites import ONE, THREE, TWO, Sites, dotted, text


def joined(*order: bytes, between: int = 0) -> Sites:
    """Sites one and two, configured in this order."""
    s = Sites(ONE, TWO)
    for address in order:
        s.configure(address, text(address, TWO if address == ONE else ONE, far=TWO if address == ONE else ONE))
        s.wait(between)
    s.up(ONE, TWO)
    return s


def test_the_first_calls_again_until_the_second_is_there_and_then_is_called() -> None:
    s = joined(ONE, TWO, between=60_000)
    for site, other in ((ONE, TWO), (TWO, ONE)):
        status = s.status(site)
        assert (status.kind, status.name, status.peer_address) == ("crypto-map", "m-10", other)
        assert len(status.children) == 2
        log = s.named[site].log()
        assert f"%CRYPTO-5-SESSION_STATUS: Crypto tunnel is UP  .  Peer {dotted(other)}:500  Id: {dotted(other)}" in log
    assert s.pairs(ONE) == s.pairs(TWO) == 2
    assert s.named[ONE].plane.attached.keys() == {"m-10"}
    config, peer = s.named[ONE].plane.attached["m-10"]
    assert (config.address, peer, len(config.split_include)) == (None, TWO, 2)


def test_both_at_once_end_with_one_pair_for_each_line() -> None:
    s = joined(ONE, TWO)
    s.wait(90_000)
    assert (s.state(ONE), s.state(TWO)) == ("IPSEC_ACTIVE", "IPSEC_ACTIVE")
    assert s.pairs(ONE) == s.pairs(TWO) == 2
    for site in (ONE, TWO):
        log = s.named[site].log()
        assert len([line for line in log if "Crypto tunnel is UP" in line]) == 1
        assert [line for line in log if "DOWN" in line] == []


def test_a_dead_peer_is_followed_by_the_next_of_the_list() -> None:
    s = Sites(ONE, TWO, THREE)
    for far in (TWO, THREE):
        s.configure(far, text(far, ONE, far=ONE))
    s.cut = {TWO, THREE}
    s.wait(1000)
    s.cut = set()
    s.configure(ONE, text(ONE, TWO, THREE))
    s.up(ONE)
    assert s.status(ONE).peer_address == TWO
    s.cut = {TWO}
    s.run(lambda: s.status(ONE).peer_address == THREE and s.state(ONE) == "IPSEC_ACTIVE", 40_000)
    log = s.named[ONE].log()
    at = [i for i, line in enumerate(log) if "Crypto tunnel is" in line]
    assert [log[i].split(".  Peer ")[0][-4:].strip() for i in at] == ["UP", "DOWN", "UP"]
    assert s.pairs(ONE) == 2


def test_a_week_of_renewals() -> None:
    s = joined(ONE, TWO, between=5000)
    for _ in range(7 * 24):
        s.wait(3_600_000)
    assert (s.state(ONE), s.state(TWO)) == ("IPSEC_ACTIVE", "IPSEC_ACTIVE")
    s.wait(60_000)
    assert s.pairs(ONE) <= 4 and s.pairs(TWO) <= 4
    assert [line for line in s.named[ONE].log() if "is DOWN" in line] == []


def test_a_peer_that_starts_anew_is_taken_back() -> None:
    s = joined(ONE, TWO, between=5000)
    s.configure(TWO, "hostname x\n")
    s.wait(5000)
    s.configure(TWO, text(TWO, ONE, far=ONE))
    s.up(ONE, TWO)
    s.wait(60_000)
    assert s.pairs(ONE) == s.pairs(TWO) == 2


def test_a_wrong_key_is_named() -> None:
    s = Sites(ONE, TWO)
    s.configure(TWO, text(TWO, ONE, far=ONE).replace("site-secret", "another-one"))
    s.configure(ONE, text(ONE, TWO))
    s.wait(120_000)
    log = "\n".join(s.named[ONE].log())
    assert "different pre-shared keys: check `crypto isakmp key`" in log
    assert "site-secret" not in log


def test_an_incomplete_entry_says_what_it_lacks_and_takes_no_call() -> None:
    s = Sites(ONE, TWO)
    s.configure(ONE, text(ONE, TWO).replace(" match address 101\n", ""))
    s.configure(TWO, text(TWO, ONE, far=ONE))
    s.wait(30_000)
    assert s.state(ONE) == "IDLE"
    assert "nothing to protect; add `match address LIST`" in s.status(ONE).reason
    assert s.named[ONE].node.endpoint.dropped.get("unknown-cookie", 0) > 0


def test_removing_the_entry_takes_the_tunnel_down_at_both_ends() -> None:
    s = joined(ONE, TWO, between=5000)
    s.configure(ONE, "hostname x\n")
    s.wait(100)
    assert s.named[ONE].node.tunnels(s.now) == []
    assert s.pairs(ONE) == s.pairs(TWO) == 0


def test_the_way_to_the_peers_is_asked_only_when_something_changed() -> None:
    s = joined(ONE, TWO, between=5000)
    s.wait(60_000)
    node, asked = s.named[ONE].node, []
    way = node.plane.route_to
    node.plane.route_to = lambda address: asked.append(address) or way(address)
    for _ in range(20):
        node.clock(0, True, s.now)
        node.console_open(1, 80, s.now)
        node.console_close(1, s.now)
    assert asked == []
    s.call(s.named[ONE], node.routes_changed, s.now)
    s.wait(1000)
    assert asked != []
