"""Dead peer detection on real clocks: strongSwan stands still, and the agent's probes are timed on the wire.

The capture is the kernel's (dumpcap in the client's namespace). Of an ISAKMP message the header is in the clear: R-U-THERE, its
repetitions and the ISAKMP delete are the informationals (exchange type 5) that the client sends once quick mode is over.
"""

from __future__ import annotations

import contextlib
import signal
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from ezvpn.wire.isakmp import Exchange
from ezvpn_hil.lab.agent import micropython
from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.namespace import Namespace
from ezvpn_hil.lab.plan import Gateway
from ezvpn_hil.lab.processes import wait_until
from interop.configurations import connecting
from interop.conftest import kept
from interop.edge import Edge
from interop.programs import NAMES, agent

# Of a capture file: its header; of a packet the record header, then Ethernet, IPv4 and UDP headers.
FILE_BYTES, RECORD_BYTES, SOURCE_AT, UDP_AT, PAYLOAD_AT = 24, 16, 14 + 12, 14 + 20, 14 + 20 + 8
NATT_PORT, MARKER = 4500, bytes(4)
EXCHANGE_AT = 18  # in the ISAKMP header
DAY_S = 86400
KEEPALIVE = "crypto isakmp keepalive 10 2 periodic\n"
# Seconds after an answered probe: five without an answer, then the verdict.
PROBES, VERDICT = (10, 12, 14, 16, 18), 20
EXACT_S = 0.2


pytestmark = pytest.mark.alone


class Seen(NamedTuple):
    """One ISAKMP message: seconds since 1970, source address, exchange type."""

    at: float
    source: bytes
    exchange: int


class Capture:
    """The ISAKMP messages that pass the outside interface of a namespace."""

    def __init__(self, space: Namespace, folder: Path) -> None:
        self._file = folder / f"{space.name}.pcap"
        log = folder / f"{space.name}.log"
        argv = ["dumpcap", "-P", "-i", "wan0", "-w", str(self._file), "-f", "udp port 500 or udp port 4500"]
        with log.open("wb") as output:
            self._child = space.popen(argv, "dumpcap", output=output)
        assert wait_until(lambda: b"File: " in log.read_bytes(), 10), log.read_text()

    def end(self) -> None:
        self._child.send_signal(signal.SIGINT)
        self._child.wait(10)

    def informationals(self) -> list[Seen]:
        """Those after the last message of the first quick mode."""
        seen = list(self._messages())
        quick = [message.at for message in seen if message.exchange == Exchange.QUICK][:3]
        if len(quick) < 3:
            return []
        return [message for message in seen if message.exchange == Exchange.INFORMATIONAL and message.at > quick[2]]

    def _messages(self) -> Iterator[Seen]:
        data = self._file.read_bytes()
        at = FILE_BYTES
        while at + RECORD_BYTES <= len(data):
            seconds, micros, length = struct.unpack_from("<III", data, at)
            packet = data[at + RECORD_BYTES : at + RECORD_BYTES + length]
            if len(packet) < length:
                return  # the rest of it is not written yet
            at += RECORD_BYTES + length
            message = packet[PAYLOAD_AT:]
            if NATT_PORT in struct.unpack_from("!HH", packet, UDP_AT):
                if message[:4] != MARKER:
                    continue  # ESP or a NAT keepalive
                message = message[4:]
            yield Seen(seconds + micros / 1e6, packet[SOURCE_AT : SOURCE_AT + 4], message[EXCHANGE_AT])


def stamp(line: str) -> float:
    """The time of day of a line of the log, in seconds."""
    hours, minutes, seconds = line.split(": %")[0].split()[-1].split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def test_a_gateway_that_falls_silent_is_given_up_to_the_tenth_of_a_second(tmp_path: Path) -> None:
    """`keepalive 10 2 periodic`; each gateway gets SIGSTOP right after an answered probe. All at once, to wait only once. The
    gateways themselves ask nothing: their R-U-THERE would put our probes off."""
    silent = Gateway(dpd_delay=0)
    programs = {name: agent(name) for name in NAMES} | {"micropython": micropython()}
    with contextlib.ExitStack() as stack:
        for lab in kept(Lab([silent] * len(programs), nat=False, broker="none", clients=len(programs))):
            watched = []
            for (name, program), space, gateway in zip(programs.items(), lab.clients, lab.gateways, strict=True):
                capture = Capture(space, tmp_path)
                stack.callback(capture.end)
                edge = Edge(lab, f"dpd-{name}", space, ("--dataplane", "none"), program)
                edge.connect(KEEPALIVE + connecting(gateway))
                watched.append((edge, gateway, capture))
            for edge, gateway, capture in watched:
                # our R-U-THERE and its ACK
                assert wait_until(lambda c=capture: len(c.informationals()) >= 2, 13, 0.02), edge.agent.log_tail()
                gateway.freeze()
            for edge, gateway, capture in watched:
                line = edge.agent.wait_log("Crypto tunnel is DOWN", limit_s=25)
                assert f"SESSION_STATUS: Crypto tunnel is DOWN.  Peer {gateway.address}:" in line
                assert wait_until(lambda c=capture: len(c.informationals()) >= 8, 5), capture.informationals()
                first, answer, *unanswered = capture.informationals()
                assert first.source != answer.source, "the first probe was answered"
                assert {message.source for message in unanswered} == {first.source}
                after = [message.at - first.at for message in unanswered]
                print(edge.name, [f"{second:.3f}" for second in after])
                # the last one is the ISAKMP delete
                for second, expected in zip(after, (*PROBES, VERDICT), strict=True):
                    assert abs(second - expected) <= EXACT_S, after
                down = (stamp(line) - first.at) % DAY_S
                print(edge.name, f"DOWN {down:.3f}")
                assert abs(down - VERDICT) <= EXACT_S, line
                assert "did not answer a DPD probe" in edge.agent.log_text()
                gateway.thaw()
                edge.wait_up(2)
                edge.interrupt()
