"""Wireshark reads what was said: every message of a real negotiation decrypts with our exported keys and dissects cleanly.

The capture is the kernel's (dumpcap in the client's namespace), the dissector tshark's, the gateway strongSwan.
With EZVPN_RECORD=FOLDER the recorded runs are written there as vectors (tests/vectors/handshake-*.json).
"""

from __future__ import annotations

import datetime
import json
import os
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ezvpn_hil.decryption_table import tshark_options
from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.namespace import Namespace
from ezvpn_hil.lab.plan import CLIENT, CLIENT_NAT, LAN, Gateway
from ezvpn_hil.lab.processes import wait_until
from interop.conftest import kept

TESTS = Path(__file__).resolve().parents[1]
# name -> (phase 1 transform, ESP transform, PFS group, the gateway's proposals)
SUITES: dict[str, tuple[list[object], list[object], int, Gateway]] = {
    "aes256-sha256-modp2048": (
        ["aes", 256, "sha256", 14, 86400],
        ["aes-cbc", 256, "sha256"],
        0,
        Gateway(ike=("aes256-sha256-modp2048",), esp=("aes256-sha256",)),
    ),
    "3des-sha1-modp1024-pfs": (
        ["3des", 0, "sha1", 2, 86400],
        ["3des", 0, "sha1"],
        2,
        Gateway(ike=("3des-sha1-modp1024",), esp=("3des-sha1-modp1024",)),
    ),
}
LAN_AND_MASK = "203.0.113.0/255.255.255.0"
# Exchange types in the order of the negotiation: AM1-3, XAUTH (REQUEST REPLY SET ACK), Mode Config, quick mode; then deletes.
AGGRESSIVE, INFORMATIONAL, TRANSACTION, QUICK = "4", "5", "6", "32"
# Of a capture file: its header; for each packet the record header, Ethernet, IPv4 and UDP headers.
FILE_BYTES, FRAME_BYTES = 24, 16 + 14 + 20 + 8
FIELDS = ("isakmp.exchangetype", "isakmp.flag_e", "isakmp.typepayload", "_ws.malformed")


@pytest.fixture(scope="module")
def judged() -> Iterator[Lab]:
    yield from kept(Lab([suite[3] for suite in SUITES.values()], nat=True, broker="none"))


def plan(suite: str, lab: Lab, local: str) -> dict[str, object]:
    phase1, esp, pfs, gateway = SUITES[suite]
    user, password = gateway.users[0]
    return {
        "peer": lab.gateways[list(SUITES).index(suite)].address,
        "local": local,
        "local_ports": [500, 4500],
        "group": gateway.group,
        "key": gateway.psk,
        "user": user,
        "password": password,
        "phase1": [phase1],
        "esp": [esp],
        "pfs": pfs,
        "networks": [LAN],
    }


def negotiate(space: Namespace, said: dict[str, object], folder: Path) -> tuple[dict[str, Any], Path]:
    """(the recorded run, the kernel's capture of it)."""
    capture, log = folder / "run.pcap", folder / "dumpcap.log"
    with log.open("wb") as output:
        dump = space.popen(
            ["dumpcap", "-P", "-i", "wan0", "-w", str(capture), "-f", "udp port 500 or udp port 4500"],
            "dumpcap",
            output=output,
        )
    try:
        assert wait_until(lambda: b"File: " in log.read_bytes(), 10), log.read_text()
        (folder / "plan.json").write_text(json.dumps(said))
        out = folder / "run.json"
        space.run(
            [sys.executable, "-m", "doubles.udp_driver", str(folder / "plan.json"), str(out)],
            timeout=60,
            env={"PYTHONPATH": str(TESTS)},
        )
        run = json.loads(out.read_text())
        size = FILE_BYTES + sum(FRAME_BYTES + len(data) // 2 for data in datagrams(run))
        assert wait_until(lambda: capture.stat().st_size >= size, 5)
    finally:
        dump.send_signal(signal.SIGINT)
        dump.wait(10)
    return run, capture


def tshark(capture: Path, row: str, *options: str) -> str:
    argv = ["tshark", "-n", "-r", str(capture), *tshark_options(row), *options]
    done = subprocess.run(
        argv, capture_output=True, text=True, timeout=60, env={**os.environ, "HOME": str(capture.parent)}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("where", ["client", "clientnat"], ids=["direct", "nat"])
@pytest.mark.parametrize("suite", SUITES)
def test_every_message_decrypts_and_dissects(judged: Lab, suite: str, where: str, tmp_path: Path) -> None:
    local = CLIENT if where == "client" else CLIENT_NAT
    run, capture = negotiate(judged.spaces[where], plan(suite, judged, local), tmp_path)
    assert run["up"] == 1, run["events"][-3:]
    row, pfs = run["decryption_table"], SUITES[suite][2]
    capture = without_repetitions(capture)
    frames = dissected(capture, row)
    # Every message of ours and of the gateway's is there; whatever is encrypted decrypts: it begins with its HASH.
    assert len(frames) == len(set(datagrams(run)))
    assert [frame for frame in frames if not frame.readable()] == []
    assert [frame.exchange for frame in frames[:3]] == [AGGRESSIVE] * 3
    assert {frame.exchange for frame in frames[3:]} == {TRANSACTION, INFORMATIONAL, QUICK}
    assert [frame.payloads for frame in frames if frame.exchange == TRANSACTION] == [["8", "14"]] * 6
    quick = [frame.payloads for frame in frames if frame.exchange == QUICK]
    assert [("4" in payloads, payloads.count("5")) for payloads in quick] == [(pfs > 0, 2), (pfs > 0, 2), (False, 0)]
    # INITIAL-CONTACT, then the deletes of the pair and of the ISAKMP SA
    assert [frame.payloads for frame in frames if frame.exchange == INFORMATIONAL] == [
        ["8", "11"],
        ["8", "12"],
        ["8", "12"],
    ]
    said = tshark(capture, row, "-V")
    for word in ("Malformed", "Unknown", "Expert Info", "Unassigned"):
        assert word not in said, said[max(0, said.index(word) - 600) : said.index(word) + 200]
    for word in (
        "XAUTH USER NAME: alice",
        "INITIAL-CONTACT (24578)",
        "RFC 3706 DPD",
        f"Identification Data:{LAN_AND_MASK}",
    ):
        assert word in said
    assert wrong_key_is_noticed(capture, row)
    if where == "client" and "EZVPN_RECORD" in os.environ:
        keep(suite, run, Path(os.environ["EZVPN_RECORD"]))


class Frame:
    """One dissected message: exchange type, whether it was encrypted, payload types in order (those within an SA too)."""

    def __init__(self, line: str) -> None:
        self.exchange, encrypted, payloads, self.malformed = line.split(";")
        self.encrypted = encrypted == "1"
        self.payloads = payloads.split(",") if payloads else []

    def __repr__(self) -> str:
        return f"exchange {self.exchange}: {self.payloads} {self.malformed}"

    def readable(self) -> bool:
        """Dissected to its end, and begun with HASH where it was encrypted."""
        return not self.malformed and (not self.encrypted or self.payloads[:1] == ["8"])


def dissected(capture: Path, row: str) -> list[Frame]:
    fields = [word for field in FIELDS for word in ("-e", field)]
    lines = tshark(capture, row, "-Y", "isakmp", "-T", "fields", "-E", "separator=;", "-E", "occurrence=a", *fields)
    return [Frame(line) for line in lines.splitlines()]


def datagrams(run: dict[str, Any]) -> list[str]:
    """What went out and came in, in hexadecimal."""
    sent = [datagram[3] for step in run["steps"] for datagram in step["sent"]]
    return sent + [step["data"] for step in run["steps"] if "data" in step]


def without_repetitions(capture: Path) -> Path:
    """The capture with each datagram once: tshark goes on with the IV chain at every copy, which no receiver does."""
    data, out, at = capture.read_bytes(), bytearray(), FILE_BYTES
    out += data[:FILE_BYTES]
    known = set()
    while at < len(data):
        size = struct.unpack_from("<I", data, at + 8)[0]
        packet = data[at + FRAME_BYTES : at + 16 + size]
        if packet not in known:
            known.add(packet)
            out += data[at : at + 16 + size]
        at += 16 + size
    once = capture.with_name("once.pcap")
    once.write_bytes(out)
    return once


def wrong_key_is_noticed(capture: Path, row: str) -> bool:
    """The judge can say no."""
    cookie, key = row.split(",")
    wrong = f"{cookie},{'00' if key[:2] != '00' else '01'}{key[2:]}"
    return any(not frame.readable() for frame in dissected(capture, wrong))


def keep(suite: str, run: dict[str, Any], folder: Path) -> None:
    """The run as a vector."""
    version = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "charon-systemd"], capture_output=True, text=True)
    source = (
        f"recorded by tests/interop/test_judges.py on {datetime.date.today()} against strongSwan {version.stdout} as gateway, "
        f"aggressive mode with XAUTH, {suite}; decrypted and dissected by tshark"
    )
    (folder / f"handshake-{suite}.json").write_text(json.dumps({"SOURCE": source, **run}, indent=1) + "\n")
