"""What the practice gateway prints of an event. The sockets and the device are tried in tests/interop/test_practice_gateway."""

from __future__ import annotations

from doubles.handshake import PASSWORD, Handshake

from ezvpn.ike import events
from ezvpn_hil.gateway.server import line


def test_one_line_an_event_and_no_secret_in_it() -> None:
    h = Handshake()
    h.run()
    lines = [line(event) for event in h.gateway_events]
    assert "alice: password accepted" in lines
    assert "has the address 198.18.10.1" in lines
    assert [text.split(", SPIs")[0] for text in lines if text.startswith("ESP")] == [
        "ESP aes-cbc-256-sha256 as protocol 50, 198.18.10.1/32 to 203.0.113.0/24"
    ]
    assert not [text for text in lines if PASSWORD in text or "group-secret" in text or "\n" in text]


def test_whose_deed_the_end_was() -> None:
    assert line(events.SessionDown(1, "up", "deleted-by-peer", 0, "x")) == "gone: it deleted the ISAKMP SA"
    assert line(events.SessionDown(1, "up", "no-answer", 0, "the client does not answer")) == (
        "gone: the client does not answer"
    )
    assert line(events.ChildDown(1, 2, 16, 17, "deleted by peer")) == "ESP 00000010 00000011 ended: deleted by peer"
    assert line(events.Rekey(1, "child", 2)) == ""
