"""Negotiations recorded against strongSwan: the same entropy, clock and gateway make the same bytes of ours, again and again.

SOURCE: in each file (what, which version, when). When the core deliberately sends something else they are recorded anew:
EZVPN_RECORD=tests/vectors .venv/bin/pytest tests/interop/test_judges.py tests/interop/test_main_mode.py
"""

import json
from pathlib import Path
from typing import Any

import pytest
from doubles.recorded_client import RecordedClient, Tape, steps
from doubles.recorded_peer import RecordedPeer

from ezvpn.crypto.choose import best

VECTORS = Path(__file__).parents[2] / "vectors"
FILES = sorted([*VECTORS.glob("handshake-*.json"), *VECTORS.glob("main-mode-*.json")])


def load(path: Path) -> dict[str, Any]:
    vector: dict[str, Any] = json.loads(path.read_text())
    return vector


def client(vector: dict[str, Any]) -> RecordedClient:
    kind = RecordedPeer if "begins" in vector["plan"] else RecordedClient
    return kind(best(), Tape(bytes.fromhex(vector["entropy"])), vector["plan"], vector["steps"][0]["at"])


def test_there_are_four_of_them() -> None:
    easy_vpn = ["handshake-3des-sha1-modp1024-pfs", "handshake-aes256-sha256-modp2048"]
    assert [path.stem for path in FILES] == [*easy_vpn, "main-mode-accepted", "main-mode-begun"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_datagram_of_ours_is_made_again(path: Path) -> None:
    vector = load(path)
    assert "strongSwan" in vector["SOURCE"]
    again = client(vector)
    for step, sent in steps(again, vector):
        assert sent == step["sent"], f"after {step['do']} at {step['at']}"
    assert again.events == vector["events"]
    pairs = len(vector["plan"]["networks"])
    assert again.keys == vector["keys"] and len(again.keys) == 4 * pairs
    assert (again.up, again.down) == (vector["up"], True) == (pairs, True)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_all_of_the_recorded_entropy_is_used(path: Path) -> None:
    vector = load(path)
    again = client(vector)
    for _ in steps(again, vector):
        pass
    tape = again.endpoint._core._entropy
    assert isinstance(tape, Tape) and tape.at == len(tape.data)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_secret_is_in_the_recorded_events(path: Path) -> None:
    vector = load(path)
    text = " ".join(vector["events"])
    passwords = [vector["plan"]["password"]] if "password" in vector["plan"] else []
    for secret in (vector["plan"]["key"], *passwords, *vector["keys"], vector["decryption_table"][17:]):
        assert secret not in text and repr(bytes.fromhex(secret) if secret in vector["keys"] else secret) not in text
