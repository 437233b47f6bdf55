"""The lines of `debug crypto isakmp` of one SA. The whole of them beside Cisco's log: tests/pair/test_seed_log.py."""

from __future__ import annotations

import pytest
from doubles.am2 import OFFER
from doubles.handshake import GATEWAY, Datagram, Handshake
from doubles.insider import client_session, notify, opened

from ezvpn.ike.core import NOISE_MAX
from ezvpn.ike.debug import DebugLines, message_id_of, signed
from ezvpn.ike.events import ChildUp, SessionDown, Traced
from ezvpn.ike.natt import FLAVOURS
from ezvpn.log import Debug, LogRecord
from ezvpn.wire.isakmp import Exchange, MessageWriter
from ezvpn.wire.notify import NotifyType


def words(event: Traced) -> str:
    return LogRecord(1, 0, event.mnemonic, event.args).text().split(": ", 1)[1]


class Told:
    """A tunnel that is up, and what is told of it since."""

    def __init__(self, mask: int = Debug.ISAKMP) -> None:
        self.h, self.gateway = opened(ChildUp, transforms=OFFER)
        self.gateway.heard()
        self.session = client_session(self.h)
        self.lines = self.session.lines
        self.h.client.trace = mask
        self.read()

    def read(self) -> list[str]:
        found: list[str] = []
        while True:
            event = self.h.client.event()
            if event is None:
                break
            self.h.events.append(event)
        self.events = list(self.h.events)
        self.h.events.clear()
        found += [words(event) for event in self.events if isinstance(event, Traced)]
        return found


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.mark.parametrize(("number", "shown"), [(1, 1), (2**31 - 1, 2**31 - 1), (2**31, -(2**31)), (2**32 - 1, -1)])
def test_message_ids_are_signed(number: int, shown: int) -> None:
    assert signed(number) == shown
    assert message_id_of(bytes(20) + number.to_bytes(4, "big") + bytes(4)) == number


def test_without_the_bit_nothing_is_made() -> None:
    told = Told(Debug.IPSEC | Debug.EZVPN)
    told.gateway.inform(notify(NotifyType.R_U_THERE, b"\0\0\0\1", b"".join(told.gateway.cookies)))
    told.h.client.close(told.h.session, told.h.now)
    assert told.read() == []
    assert [type(event) for event in told.events][-1] is SessionDown


def test_a_hello_of_the_peer_and_our_answer(told: Told) -> None:
    told.gateway.inform(notify(NotifyType.R_U_THERE, b"\0\0\0\x1f", b"".join(told.gateway.cookies)))
    lines = [line.split(":", 2)[-1].strip() for line in told.read()]
    order = ["received packet", "set new node", "processing HASH", "processing NOTIFY R_U_THERE protocol 1"]
    order += ["DPD/R_U_THERE received from peer", "set new node", "sending packet", "purging node", "deleting node"]
    order += ["Input = IKE_MSG_FROM_PEER, IKE_INFO_NOTIFY", "Old State = IKE_P1_COMPLETE"]
    assert len(lines) == len(order)
    for line, begin in zip(lines, order, strict=True):
        assert begin in line
    assert any("sequence 0x1F" in line for line in lines)


def test_a_node_is_kept_for_a_while_after_it_is_done_with(told: Told) -> None:
    lines, now = told.lines, 2**30
    lines.done(5, "No Error", now)
    lines.done(6, "No Error", now + 1000)
    lines.new_node(7, now + 50999)
    assert [line for line in told.read() if "purging" in line] == []
    lines.new_node(8, now + 51000)
    assert [line for line in told.read() if "purging" in line] == ["ISAKMP:(0:1:SW:1):purging node 5"]


def test_nodes_are_bounded(told: Told) -> None:
    for number in range(1, 100):
        told.lines.done(number, "No Error", 0)
    assert len(told.lines._nodes) == 16


def test_the_end_is_told_around_the_event_of_it(told: Told) -> None:
    told.lines.done(5, "No Error", told.h.now)
    told.read()
    told.h.client.close(told.h.session, told.h.now)
    told.read()
    down = [type(event) for event in told.events].index(SessionDown)
    before = [words(event) for event in told.events[:down] if isinstance(event, Traced)]
    after = [words(event) for event in told.events[down:] if isinstance(event, Traced)]
    assert before[0].startswith('ISAKMP:(0:1:SW:1):deleting SA reason "No reason" state (I) QM_IDLE')
    assert any("Unlocking IPSEC struct" in line for line in before)
    assert sum("sending packet" in line for line in after) == 2, "the deletes of ESP and of ISAKMP"
    assert any('deleting node 5 error TRUE reason "No reason"' in line for line in after)
    assert "New State = IKE_DEST_SA" in after[-1]
    assert not any("ignoring request to send delete" in line for line in after), "it was sent"


def test_the_tag_names_no_connection_before_the_keys_are_there() -> None:
    class Sa:
        protection = None
        id = 3

    lines = DebugLines(Sa())
    assert (lines._tag(), lines._connection()) == ("0:0:N/A:0", 0)
    Sa.protection = object()  # type: ignore[assignment]
    assert (lines._tag(), lines._connection()) == ("0:3:SW:1", 0x8000003)


def test_more_lines_than_there_is_room_for_are_counted_in_one(told: Told) -> None:
    for number in range(NOISE_MAX + 5):
        told.lines.done(number + 1, "No Error", 0)
    lines = told.read()
    assert len(lines) == NOISE_MAX + 1
    assert lines[-1] == "5 debug lines left out"


def test_a_request_that_goes_out_again_is_told_with_its_phase(told: Told) -> None:
    told.lines.resending(0)
    told.lines.resending(2**32 - 5)
    assert told.read() == [
        "ISAKMP:(0:1:SW:1):incrementing error counter on sa: retransmit phase 1",
        "ISAKMP:(0:1:SW:1): retransmitting phase 1 QM_IDLE...",
        "ISAKMP:(0:1:SW:1): retransmitting phase 2 QM_IDLE -5 ...",
    ]


def test_an_unauthenticated_notify_is_told() -> None:
    h = Handshake()
    h.client.trace = Debug.ISAKMP
    w = MessageWriter(bytearray(200), client_session(h).initiator_cookie, bytes(8), Exchange.INFORMATIONAL, 7)
    kind, body = notify(NotifyType.NO_PROPOSAL_CHOSEN)
    w.add(kind, body)
    h.deliver(Datagram(True, bytes(w.buf[: w.finish()]), (0, GATEWAY, 500)))
    h.drain()
    lines = [words(event) for event in h.said(Traced) if isinstance(event, Traced)]
    assert [line for line in lines if "NOTIFY" in line] == [
        "ISAKMP:(0:0:N/A:0): processing NOTIFY NO_PROPOSAL_CHOSEN protocol 1 spi 0, message ID = 0, sa = "
        + client_session(h).initiator_cookie[:4].hex().upper()
    ]


@pytest.mark.parametrize(
    ("ours", "theirs", "said"),
    [
        (True, False, ["My hash no match - this node inside NAT"]),
        (False, True, ["His hash no match - this node inside NAT"]),
        (True, True, ["My hash no match - this node inside NAT", "His hash no match - this node inside NAT"]),
    ],
)
def test_where_the_nat_is(told: Told, ours: bool, theirs: bool, said: list[str]) -> None:
    natt = told.session.natt
    natt.flavour, natt.we_are_behind, natt.peer_is_behind = FLAVOURS[0], ours, theirs
    accepted = told.session.accepted
    told.lines.phase1(accepted, 0, [])
    lines = told.read()
    assert [line.split("): ")[1] for line in lines if "hash no match" in line] == said
    assert any("Detected port floating" in line for line in lines)
    assert not any("No NAT Found" in line for line in lines)
