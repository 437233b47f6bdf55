"""The stand-in for mosquitto_sub prints what the reader of its lines expects."""

from __future__ import annotations

import json

from ezvpn_hil.lab.dashboard import line


def test_one_json_line_a_message() -> None:
    text = line("e/d/status", b"online", 1, True)
    assert "\n" not in text
    assert json.loads(text) == {"topic": "e/d/status", "payload": "online", "qos": 1, "retain": 1}


def test_empty_and_odd_payloads() -> None:
    assert json.loads(line("t", b"", 0, False))["payload"] == ""
    assert json.loads(line("t", None, 0, False))["payload"] == ""
    assert json.loads(line("t", b"\xff", 0, False))["payload"] == "\ufffd"
