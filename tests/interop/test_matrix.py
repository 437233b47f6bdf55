"""The whole agent against strongSwan: {suite} x {PFS off, on} x {direct, behind NAT}, each with traffic both ways.

Eight gateways, each of which accepts exactly one phase 1 suite and one ESP suite, with PFS or without.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.plan import Gateway
from interop.configurations import GROUPS, connecting, policy
from interop.conftest import kept
from interop.edge import Edge

SUITES = ("3des-sha1-modp1024", "aes128-sha1-modp1024", "aes256-sha256-modp2048", "aes256-sha512-modp4096")
# Only these are offered without being asked for.
BY_DEFAULT = SUITES[:3]
CELLS = [(suite, pfs) for suite in SUITES for pfs in (False, True)]


def esp_of(suite: str, pfs: bool) -> str:
    cipher, hash_, group = suite.split("-")
    return f"{cipher}-{hash_}-{group}" if pfs else f"{cipher}-{hash_}"


def lines_for(suite: str, pfs: bool) -> tuple[str, tuple[str, ...]]:
    """(global lines, lines of the ezvpn block) beside the six."""
    cipher, hash_, group = suite.split("-")
    block = (f"pfs group {GROUPS[group]}",) if pfs else ()
    if suite in BY_DEFAULT:
        return "", block
    return (
        policy(suite) + f"crypto ipsec transform-set T esp-aes {cipher[3:]} esp-{hash_}-hmac\n",
        (*block, "transform-set T"),
    )


@pytest.fixture(scope="module")
def matrix() -> Iterator[Lab]:
    gateways = [Gateway(ike=(suite,), esp=(esp_of(suite, pfs),)) for suite, pfs in CELLS]
    yield from kept(Lab(gateways, nat=True, broker="none"))


@pytest.mark.parametrize("where", ["client", "clientnat"], ids=["direct", "nat"])
@pytest.mark.parametrize(("suite", "pfs"), CELLS, ids=lambda v: v if isinstance(v, str) else ("nopfs", "pfs")[v])
def test_a_cell(matrix: Lab, suite: str, pfs: bool, where: str) -> None:
    gateway = matrix.gateways[CELLS.index((suite, pfs))]
    edge = Edge(matrix, f"{suite}-{'pfs' if pfs else 'nopfs'}-{where}", matrix.spaces[where])
    before, block = lines_for(suite, pfs)
    if suite in BY_DEFAULT and not pfs:
        assert (before, block) == ("", ())  # six lines and nothing else
    edge.connect(before + connecting(gateway, extra=block))
    edge.check_both_ways()
    edge.check_transfer()
    (sa,) = (sa for sa in gateway.list_sas() if sa["state"] == "ESTABLISHED")
    assert sa["remote-xauth-id"] == "alice"
    assert sa["dh-group"] == suite.split("-")[2].upper().replace("MODP", "MODP_")
    (child,) = sa["child-sas"].values()
    assert child.get("dh-group", "") == (sa["dh-group"] if pfs else "")
    assert int(child["bytes-in"]) > 10_000_000
    assert int(child["bytes-out"]) > 10_000_000
    edge.stop()
    # our deletes were understood
    assert [sa for sa in gateway.list_sas() if sa["state"] == "ESTABLISHED"] == []
