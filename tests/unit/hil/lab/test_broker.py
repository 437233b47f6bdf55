"""The dashboard's reading of mosquitto_sub's lines."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ezvpn_hil.lab.broker import Subscription
from ezvpn_hil.lab.namespace import LabError


@pytest.fixture
def subscription(tmp_path: Path) -> Subscription:
    log = tmp_path / "log"
    log.write_text(
        '{"topic":"e/d/status","qos":1,"retain":1,"payload":"online"}\n'
        '{"topic":"e/d/tunnel/T/state","qos":1,"retain":0,"payload":"{\\"state\\":\\"CONNECTED\\"}"}\n'
        '{"topic":"half'
    )
    return Subscription(subprocess.Popen(["sleep", "60"]), log)


def test_messages_are_decoded_and_half_a_line_waits(subscription: Subscription) -> None:
    assert subscription.messages() == [
        ("e/d/status", "online", True),
        ("e/d/tunnel/T/state", {"state": "CONNECTED"}, False),
    ]
    subscription.close()


def test_waiting_in_vain_says_what_was_seen(subscription: Subscription) -> None:
    assert subscription.wait("/status", "online", 0) == "online"
    with pytest.raises(LabError, match=r"no message on ….*CONNECTED"):
        subscription.wait("/status", "offline", 0)
    subscription.close()
