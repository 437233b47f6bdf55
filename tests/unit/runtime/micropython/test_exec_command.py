"""`micropython -m ezvpn exec`: beside an agent that answers, one that does not, and none."""

from __future__ import annotations

import socket
import subprocess
import threading
from pathlib import Path

import pytest
from doubles.micropython import PROGRAM, environment


def exec_(*words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [str(PROGRAM), "-m", "ezvpn", "exec", *words],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def answering(directory: Path, answer: bytes) -> threading.Thread:
    """An agent that gives one answer; what it was asked is in directory/asked."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(directory / "console.sock"))
    server.listen(1)

    def serve() -> None:
        client, _ = server.accept()
        (directory / "asked").write_bytes(client.recv(4096))
        client.sendall(answer)
        client.close()
        server.close()

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


@pytest.mark.parametrize(("text", "code"), [(b"up since 5", 0), (b"% \xc2\xa7", 1)])
def test_the_answer_and_its_code(tmp_path: Path, text: bytes, code: int) -> None:
    thread = answering(tmp_path, b"%d %d\n" % (code, len(text)) + text)
    assert exec_("--state-dir", str(tmp_path), "show", "crypto session") == (code, text.decode(), "")
    thread.join(5)
    assert (tmp_path / "asked").read_bytes() == b"exec show crypto session\n"


@pytest.mark.parametrize("answer", [b"", b"0 10\nup", b"what?\n", b"0 2\nlonger", b"\xff\xfe 1\nx"])
def test_an_answer_that_is_not_whole_is_none(tmp_path: Path, answer: bytes) -> None:
    thread = answering(tmp_path, answer)
    code, said, fault = exec_("--state-dir", str(tmp_path), "show version")
    thread.join(5)
    assert (code, said) == (3, "") and "went away before its answer was complete" in fault


def test_without_an_agent_it_says_what_to_do(tmp_path: Path) -> None:
    code, _, fault = exec_("--state-dir", str(tmp_path), "show version")
    assert code == 3 and f"no agent is running for {tmp_path}: start one with" in fault


@pytest.mark.parametrize("words", [(), ("--state-dir",), ("--state",), ("--state-dir", "/tmp")])
def test_wrong_usage_is_2(words: tuple[str, ...]) -> None:
    code, said, fault = exec_(*words)
    assert (code, said) == (2, "") and fault.startswith("Usage: ")


def test_help_is_0() -> None:
    code, said, _ = exec_("--help")
    assert code == 0 and "show crypto session" in said
