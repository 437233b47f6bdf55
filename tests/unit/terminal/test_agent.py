"""The console of the agent here: one that answers, one that goes away, the quit key."""

import os
import pty
import select
import socket
import subprocess
import sys
import termios
import threading

import pytest

from ezvpn.terminal.agent import NoAgent, ask


@pytest.fixture
def agent(tmp_path):
    """A listener that answers one connection with fixed bytes; what it was asked is in `asked`."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(tmp_path / "console.sock"))
    listener.listen(1)
    asked = []

    def serve(answer):
        def once():
            sock, _ = listener.accept()
            asked.append(sock.recv(1000))
            sock.sendall(answer)
            sock.close()

        thread = threading.Thread(target=once, daemon=True)
        thread.start()
        return asked

    serve.state = str(tmp_path)
    yield serve
    listener.close()


def test_an_answer_with_its_code(agent):
    asked = agent(b"1 4\nno!\n")
    assert ask("show\nversion", agent.state) == (1, "no!\n")
    assert asked == [b"exec show version\n"]


@pytest.mark.parametrize("answer", [b"", b"0 10\nshort", b"rubbish\n", b"x 3\nabc"])
def test_an_agent_that_goes_away_in_the_middle(agent, answer):
    agent(answer)
    with pytest.raises(NoAgent, match="went away before its answer was complete"):
        ask("show version", agent.state)


def test_no_agent_names_the_next_step(tmp_path):
    with pytest.raises(NoAgent, match="start one with `ezvpn run CONFIG`"):
        ask("show version", str(tmp_path))


def test_the_terminal_is_raw_while_attached_and_the_quit_key_leaves(agent):
    asked = agent(b"Router#")
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    script = f"from ezvpn.terminal.agent import attach; attach({agent.state!r})"
    child = subprocess.Popen([sys.executable, "-c", script], stdin=slave, stdout=slave, stderr=subprocess.DEVNULL)
    data = b""
    while b"Router#" not in data:
        assert select.select([master], [], [], 10)[0]
        data += os.read(master, 1000)
    assert child.wait(10) == 0  # the agent closed its side
    assert asked == [b"attach 80 0\n"]
    assert termios.tcgetattr(slave) == before
    os.close(master)
    os.close(slave)
