"""Two entries of a crypto map with the same peer, each with an access list of its own, between whole nodes."""

from __future__ import annotations

from doubles.sites import ONE, THREE, TWO, Sites, text

BOTH = {"m-10", "m-20"}
SECOND = """crypto ipsec transform-set u esp-3des esp-sha-hmac
crypto map m 20 ipsec-isakmp
{peers} set transform-set u
 match address 102
access-list 102 permit ip {near} 0.0.255.255 {far} 0.0.255.255
"""
NEAR, FAR = "10.11.0.0", "10.12.0.0"


def two_entries(here: bytes, *peers: bytes, far: bytes = TWO, swapped: bool = False) -> str:
    """`text` and a second entry, whose transform set is another one."""
    lines = "".join(f" set peer {'.'.join(map(str, peer))}\n" for peer in peers)
    near, beyond = (FAR, NEAR) if swapped else (NEAR, FAR)
    return text(here, *peers, far=far) + SECOND.format(peers=lines, near=near, far=beyond)


def one_entry(here: bytes, peer: bytes, far: bytes) -> str:
    """All lines in one entry, as another implementation may have it."""
    more = f"access-list 101 permit ip {FAR} 0.0.255.255 {NEAR} 0.0.255.255"
    tcp = text(here, peer, far=far).splitlines()[-1]
    return text(here, peer, far=far, more=f"{tcp}\n{more}").replace("esp-aes esp", "esp-3des esp")


def all_up(s: Sites, address: bytes, pairs: int = 3, within: int = 60_000) -> None:
    def stands() -> bool:
        found = s.tunnels(address)
        return (
            found.keys() == BOTH
            and {each.state for each in found.values()} == {"IPSEC_ACTIVE"}
            and sum(len(each.children) for each in found.values()) == pairs
        )

    s.run(stands, within)


def settled(s: Sites) -> None:
    all_up(s, ONE)
    all_up(s, TWO)
    s.wait(60_000)
    all_up(s, ONE)
    all_up(s, TWO)
    assert s.pairs(ONE) == s.pairs(TWO) == 3


def test_we_call_once_for_both_entries() -> None:
    s = Sites(ONE, TWO)
    s.configure(TWO, two_entries(TWO, ONE, far=ONE, swapped=True))
    s.wait(60_000)
    s.configure(ONE, two_entries(ONE, TWO))
    settled(s)
    assert len(s.isakmp_sas(ONE)) == 1
    ciphers = {name: {child.transform.cipher for child in each.children} for name, each in s.tunnels(ONE).items()}
    assert ciphers == {"m-10": {"aes-cbc"}, "m-20": {"3des"}}


def test_both_call_at_once() -> None:
    s = Sites(ONE, TWO)
    s.configure(TWO, two_entries(TWO, ONE, far=ONE, swapped=True))
    s.configure(ONE, two_entries(ONE, TWO))
    settled(s)
    assert len(s.isakmp_sas(ONE)) == 1 and s.isakmp_sas(ONE) != set()
    for site in (ONE, TWO):
        assert [line for line in s.named[site].log() if "is DOWN" in line] == []


def test_a_peer_with_one_entry_for_all_lines_calls() -> None:
    s = Sites(ONE, TWO)
    s.configure(ONE, two_entries(ONE, TWO).replace("esp-aes esp", "esp-3des esp"))
    s.wait(10_000)  # nobody answers: both entries wait for their next try
    s.configure(TWO, one_entry(TWO, ONE, ONE))
    all_up(s, ONE)
    s.wait(60_000)
    all_up(s, ONE)
    assert s.pairs(ONE) == s.pairs(TWO) == 3


def test_one_entry_goes_and_the_other_stays() -> None:
    s = Sites(ONE, TWO)
    s.configure(TWO, two_entries(TWO, ONE, far=ONE, swapped=True))
    s.configure(ONE, two_entries(ONE, TWO))
    settled(s)
    s.configure(ONE, text(ONE, TWO))
    s.wait(1000)
    assert s.tunnels(ONE).keys() == {"m-10"} and s.state(ONE) == "IPSEC_ACTIVE"
    assert s.pairs(ONE) == 2
    assert len([line for line in s.named[ONE].log() if "is DOWN" in line]) == 1
    s.configure(ONE, two_entries(ONE, TWO))
    settled(s)


def test_a_dead_peer_is_followed_by_the_next_for_both_entries() -> None:
    s = Sites(ONE, TWO, THREE)
    for far in (TWO, THREE):
        s.configure(far, two_entries(far, ONE, far=ONE, swapped=True))
    s.cut = {TWO, THREE}
    s.wait(1000)
    s.cut = set()
    s.configure(ONE, two_entries(ONE, TWO, THREE))
    all_up(s, ONE)
    s.cut = {TWO}
    s.run(lambda: {each.peer_address for each in s.tunnels(ONE).values()} == {THREE}, 40_000)
    all_up(s, ONE)
    assert len(s.isakmp_sas(ONE)) == 1


def test_two_days_of_renewals() -> None:
    s = Sites(ONE, TWO)
    s.configure(TWO, two_entries(TWO, ONE, far=ONE, swapped=True))
    s.configure(ONE, two_entries(ONE, TWO))
    for _ in range(48):
        s.wait(3_600_000)
    all_up(s, ONE)
    all_up(s, TWO)
    for site in (ONE, TWO):
        assert [line for line in s.named[site].log() if "is DOWN" in line] == []
        assert s.pairs(site) <= 6
