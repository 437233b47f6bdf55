"""What the demo prints of a report, and the configuration it runs."""

from __future__ import annotations

from ezvpn.config import text
from ezvpn_hil.demo import configuration, summary
from ezvpn_hil.lab.plan import Gateway


def test_the_lines_parse() -> None:
    connecting, reporting = configuration(Gateway(), "198.51.100.11", "198.51.100.12")
    assert len(connecting.splitlines()) == 8  # six, one more peer, and how it is watched
    result = text.parse(connecting + reporting)
    assert result.errors == []
    keepalive = result.config.keepalive
    assert keepalive is not None and keepalive.periodic
    (profile,) = result.config.profiles
    assert (profile.name, profile.group, profile.username) == ("HQ", "unity", "alice")
    assert [peer.host for peer in profile.peers] == ["198.51.100.11", "198.51.100.12"]


def test_each_kind_of_report_is_one_line() -> None:
    assert summary("online") == "online"
    assert summary("") == "(cleared)"
    assert summary({"mnemonic": "UPDOWN", "text": "%X-5-UPDOWN: up  ", "to": "IDLE"}) == "%X-5-UPDOWN: up"
    metrics = {"packets_in": 1, "bytes_in": 84, "packets_out": 2, "bytes_out": 168, "state": "x"}
    assert summary(metrics) == "in 1 packets 84 bytes, out 2 packets 168 bytes"
    state = {"state": "IPSEC_ACTIVE", "peer": "198.51.100.11", "assigned": {"address": "198.18.11.1"}, "reason": ""}
    assert summary(state) == "IPSEC_ACTIVE, peer 198.51.100.11, address 198.18.11.1"
    assert summary({"schema_version": 1, "model": "unix", "boot_id": "x"}) == "model unix, boot_id x"
