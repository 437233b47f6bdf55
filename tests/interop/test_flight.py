"""The flight recorder on a real failover, and on a real crypto map: what it kept replays to the same log, events and states on
both interpreters.

`RECORD=1 python -m pytest tests/interop/test_flight.py` writes the vector tests/vectors/failover.ezt anew, which
tests/unit/flight/test_vector.py and tests/dual replay. That is due whenever the core draws its random bytes in another order.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ezvpn_hil.lab.agent import CPYTHON, micropython
from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.plan import CLIENT, LAN, Gateway, own_lan
from ezvpn_hil.lab.processes import wait_until
from ezvpn_hil.lab.strongswan import StrongSwanGateway
from interop.configurations import connecting, site_to_site
from interop.conftest import kept
from interop.edge import DOWN, SESSION_UP, Edge
from interop.programs import NAMES, agent

VECTORS = Path(__file__).resolve().parents[1] / "vectors"
KEEPALIVE = "crypto isakmp keepalive 10 2 periodic\n"


def printed(program: tuple[str, ...] | list[str], *words: str) -> str:
    done = subprocess.run([*program, "replay", *words], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def said(edge: Edge) -> list[str]:
    """Its log on stderr, without times."""
    return [line[line.index("%") :] for line in edge.agent.log_text().splitlines() if ": %" in line]


def check_replays(edge: Edge, keys: Path, name: str) -> bytes:
    """Save the ring, and replay it on each interpreter, without keys and with them: the trace, whose log is the agent's."""
    log = said(edge)
    answer = edge.agent.execute(f"write trace {name}")
    trace = edge.agent.state_dir / f"{name}.ezt"
    assert answer.splitlines() == [f"Building trace {trace}", "[OK]"]
    rows = [json.loads(line) for line in printed(CPYTHON, str(trace), "--json").splitlines()]
    assert [line["text"] for row in rows for line in row["log"] if line["text"].split("-")[1] != "7"] == log
    assert [row["tunnels"][0]["state"] for row in rows if "tunnels" in row][-1] == "IPSEC_ACTIVE"
    both = printed(CPYTHON, str(trace))
    assert printed(agent("firmware"), str(trace)) == both
    assert printed(micropython(), str(trace)) == both
    assert printed(CPYTHON, str(trace), "--keys", str(keys)) == both
    return trace.read_bytes()


@pytest.mark.parametrize("program", NAMES)
def test_a_real_failover_is_replayed_on_both_interpreters(gateway_mended: Lab, tmp_path: Path, program: str) -> None:
    first, second = gateway_mended.gateways[:2]
    keys = tmp_path / "keys"
    edge = Edge(gateway_mended, f"recorded-{program}", options=("--record-keys", str(keys)), program=agent(program))
    edge.connect(KEEPALIVE + connecting(first.options, first.address, second.address))
    edge.check_both_ways()
    time.sleep(11)
    first.kill()
    edge.agent.wait_log(DOWN, limit_s=25)
    edge.wait_up(2)
    log = said(edge)
    data = check_replays(edge, keys, "failover")
    for secret in (first.options.psk, *first.options.users[0][1:]):
        assert secret.encode() not in data
        assert secret.encode() in keys.read_bytes()
    assert keys.stat().st_mode & 0o777 == 0o600
    edge.stop()
    if os.environ.get("RECORD") and program == "cpython":
        (VECTORS / "failover.ezt").write_bytes(data)
        query = ["dpkg-query", "-W", "-f", "${Version}", "charon-systemd"]
        version = subprocess.run(query, capture_output=True, text=True, check=False).stdout
        source = (
            f"SOURCE: recorded by tests/interop/test_flight.py on {time.strftime('%Y-%m-%d')}: the agent on CPython "
            f"{sys.version.split()[0]}, two gateways of strongSwan {version}, the first ended with kill -9\n"
        )
        (VECTORS / "failover.txt").write_text(source + "".join(line + "\n" for line in log))


@pytest.fixture(scope="module")
def site() -> Iterator[Lab]:
    """A site-to-site peer with two networks."""
    options = Gateway(split=(LAN, own_lan(1)), behind=("10.1.0.0/16",), peers=(CLIENT,), psk="a-key-for-two-sites")
    yield from kept(Lab([options], nat=False, broker="none"))


def test_a_real_crypto_map_is_replayed_on_both_interpreters(site: Lab, tmp_path: Path) -> None:
    """We begin; the peer renews a pair and the ISAKMP SA, starts anew, and begins."""
    (gateway,) = site.gateways
    assert isinstance(gateway, StrongSwanGateway)
    keys = tmp_path / "keys"
    edge = Edge(site, "recorded-map", options=("--record-keys", str(keys)))
    lines = [f"ip 10.1.0.0 0.0.255.255 {network[:-3]} 0.0.0.255" for network in (LAN, own_lan(1))]
    peer = gateway.address
    text = site_to_site(gateway.options.psk, "aes256-sha256-modp2048", "esp-aes esp-sha-hmac", ((peer,), tuple(lines)))
    edge.start(KEEPALIVE + text)
    edge.agent.wait_log(SESSION_UP)
    assert wait_until(lambda: len(edge.show("crypto ipsec sa")["sas"]) == 2, 10)
    gateway.rekey("net0")
    gateway.rekey(ike=True)
    assert wait_until(lambda: "responder" in {sa["role"] for sa in edge.show("crypto isakmp sa")["sas"]}, 10)
    gateway.restart()
    gateway.initiate("net1")
    edge.agent.wait_log(SESSION_UP, 2, 25)
    data = check_replays(edge, keys, "map")
    assert gateway.options.psk.encode() not in data
    assert gateway.options.psk.encode() in keys.read_bytes()
    edge.stop()
