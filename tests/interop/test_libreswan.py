"""The whole agent against libreswan, a second implementation: the control plane, as no packet passes on a kernel without ESP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.plan import Gateway
from interop.configurations import connecting, policy
from interop.conftest import kept
from interop.edge import Edge

SUITES = {
    # 3des-sha1-modp1536 is offered when the gateway refuses group 14; the fourth only by policy
    "aes256-sha256-modp2048": "aes128-sha1",
    "aes128-sha1-modp2048": "3des-sha1",
    "3des-sha1-modp1536": "3des-sha1",
    "aes256-sha512-modp4096": "aes256-sha256",
}


@pytest.fixture(scope="module")
def libreswan() -> Iterator[Lab]:
    gateways = [Gateway(kind="libreswan", ike=(ike,), esp=(esp,)) for ike, esp in SUITES.items()]
    yield from kept(Lab(gateways, nat=True, broker="none"))


@pytest.mark.parametrize("where", ["client", "clientnat"], ids=["direct", "nat"])
@pytest.mark.parametrize("suite", SUITES)
def test_negotiation_completes(libreswan: Lab, suite: str, where: str) -> None:
    gateway = libreswan.gateways[list(SUITES).index(suite)]
    edge = Edge(libreswan, f"{suite}-{where}", libreswan.spaces[where])
    edge.connect((policy(suite) if suite.endswith("modp4096") else "") + connecting(gateway))
    log = edge.agent.log_text()
    assert gateway.options.banner in log
    assert edge.address.startswith("198.18.")
    assert hasattr(gateway, "status")
    assert "IPsec SA established" in gateway.status()
    edge.stop()
    assert "IPsec SA established" not in gateway.status()


def test_wrong_password_is_said(libreswan: Lab) -> None:
    edge = Edge(libreswan, "wrong-password")
    edge.start(connecting(libreswan.gateways[0], password="not-her-password"))
    assert "rejected user alice" in edge.agent.wait_log("%CRYPTO-3-EZVPN_FAILED")
    edge.stop()
