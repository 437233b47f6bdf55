"""A console takes whatever is typed: random bytes, walks through the grammar, and both with things happening meanwhile."""

from __future__ import annotations

import random

import pytest
from doubles.host import SECRETS, FakeHost, tunnel_up

from ezvpn.config.grammar import CR, Mode
from ezvpn.console.exec_commands import PRIVILEGED
from ezvpn.console.host import XauthPrompt
from ezvpn.console.shell import Session

NOW = 2**30 - 5000
SAMPLES = {
    "A.B.C.D": "10.1.2.3",
    "IFNAME": "Fa0",
    "Hostname or A.B.C.D": "gw.example",
    "WORD": "cisco",
    "LINE": "some text",
    "|": "",
}


def ready(chance: random.Random) -> tuple[FakeHost, Session]:
    host = FakeHost()
    host.statuses = [tunnel_up("cisco")]
    host.prompts["cisco"] = XauthPrompt((16521, 16522), "log in")
    return host, Session(host, 7, chance.choice((20, 80, 200)), True)


def happen(host: FakeHost, session: Session, chance: random.Random) -> None:
    what = chance.randrange(12)
    if what == 0:
        host.log.add(NOW, "EZVPN_BANNER", "cisco", "hello")
        session.refresh(NOW)
    elif what == 1:
        session.stored(chance.random() < 0.5, NOW)


def check(session: Session) -> None:
    shown = bytes(session.take_output())
    shown.decode()
    assert not [secret for secret in SECRETS if secret.encode() in shown]
    assert len(session._held) <= 4096
    assert len(session._editor.text) <= 4096
    assert len(session._editor.history) <= 20


@pytest.mark.parametrize("seed", range(3))
def test_random_bytes_never_raise(seed: int) -> None:
    chance = random.Random(seed)
    host, session = ready(chance)
    alphabet = b"?\t\r\n\x1b[A\x03\x1a\x15\x17 |show crypto enable conf t\xc3\xa9"
    for _ in range(1000):
        if session.closed:
            host, session = ready(chance)
        if chance.random() < 0.5:
            session.feed(bytes(chance.randrange(256) for _ in range(20)), NOW)
        else:
            session.feed(bytes(chance.choice(alphabet) for _ in range(20)), NOW)
        happen(host, session, chance)
        check(session)


def grammar_line(mode: Mode, chance: random.Random) -> str:
    """A line that follows the help from word to word, sometimes abbreviated, sometimes spoiled."""
    line = chance.choice(("", "", "no ")) if any("~" in entry[0] for entry in mode.table) else ""
    for _ in range(12):
        choices = [label for label, _ in mode.help(line) if label != "<cr>" or chance.random() < 0.3]
        if not choices:
            break
        label = chance.choice(choices)
        if label == CR:
            break
        if label[0] == "<":
            low, high = label[1:-1].split("-")
            word = str(chance.randrange(int(low), min(int(high), int(low) + 50) + 1))
        else:
            word = SAMPLES.get(label, label)
        if chance.random() < 0.2:
            word = word[: chance.randrange(len(word) + 1)]
        if chance.random() < 0.03:
            word += chance.choice(("\x00", "!", "?", "\t", "é", " 999"))
        line += word + " "
    return line


@pytest.mark.parametrize("seed", range(3))
def test_walks_through_the_grammar_never_raise(seed: int) -> None:
    chance = random.Random(seed)
    host, session = ready(chance)
    commands = Mode("privileged", "#", "", PRIVILEGED)
    names = host.modes.names()
    for _ in range(1000):
        if session.closed:
            host, session = ready(chance)
        mode = commands if chance.random() < 0.4 else host.modes.mode(chance.choice(names))
        line = grammar_line(mode, chance)
        if chance.random() < 0.1:
            line = "do " + line
        if chance.random() < 0.15:
            line = "configure terminal\r" + line
        session.feed(line.encode() + chance.choice((b"\r", b"\r", b"\r", b"?", b"\t\r", b"\x1a", b"\x03")), NOW)
        happen(host, session, chance)
        check(session)


@pytest.mark.parametrize("seed", range(2))
def test_execute_never_raises(seed: int) -> None:
    chance = random.Random(seed)
    commands = Mode("privileged", "#", "", PRIVILEGED)
    for _ in range(150):
        host, session = ready(chance)
        line = grammar_line(commands, chance) + chance.choice(("", "| include a", "?", "| ", "|", "json"))
        code, text = session.execute(line, NOW)
        assert code in (0, 1)
        text.encode()
        assert code == 0 or "%" in text, line
