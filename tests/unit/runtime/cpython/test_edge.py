"""The CPython edge with a scripted node: real sockets, consoles and signals, and nothing left behind."""

import os
import signal

import pytest
from doubles.scripted_node import Order, ScriptedNode

from ezvpn.runtime.cpython.edge import Edge
from ezvpn.runtime.exits import CannotStart
from ezvpn.runtime.options import Options


@pytest.fixture
def edge(tmp_path):
    edge = Edge(Options(state_dir=str(tmp_path / "state")), "ezvpn")
    yield edge
    edge.close()
    assert not os.path.exists(tmp_path / "state" / "console.sock")


def run(edge, node, *steps):
    edge.begin(node, None, lambda: node.calls.append(("reload",)))
    for step in steps:
        edge.loop.at(edge.loop.now(), step)
    edge.loop.at(edge.loop.now() + 3000, edge.loop.stop)
    edge.run()


def test_it_tells_time_and_links_first_and_stops_on_a_signal(edge):
    node = ScriptedNode()
    run(edge, node, lambda: os.kill(os.getpid(), signal.SIGHUP), lambda: os.kill(os.getpid(), signal.SIGTERM))
    assert node.doors()[0] == "clock"
    assert node.doors()[-1] == "close"
    assert ("reload",) in node.calls


def test_a_datagram_goes_out_and_its_answer_comes_in(edge):
    node = ScriptedNode()
    to = (0, b"\x7f\0\0\1", edge.sockets.ports[1])
    node.answers["apply"] = lambda node: node.datagrams.append((b"datagram", to))
    node.answers["receive"] = lambda node: edge.shutdown()
    run(edge, node, lambda: edge.apply("config"))
    received = [call for call in node.calls if call[0] == "receive"][0]
    assert received[1] == b"datagram"
    assert received[3] == (1, b"\x7f\0\0\1", edge.sockets.ports[0])


def test_a_file_of_the_state_directory_is_stored(edge):
    node = ScriptedNode()
    node.orders.append(Order("store", 4, "startup-config", b"hostname x\n"))
    node.answers["stored"] = lambda node: edge.shutdown()
    run(edge, node)
    assert [call[1:3] for call in node.calls if call[0] == "stored"] == [(4, True)]
    assert edge.files.startup_config() == b"hostname x\n"


def test_a_console_on_a_pty_is_announced(tmp_path, capfd):
    edge = Edge(Options(state_dir=str(tmp_path), console="pty"), "ezvpn")
    node = ScriptedNode()
    edge.begin(node, None, lambda: None)
    edge.open_console()
    edge.close()
    assert "ezvpn: console on /dev/pts/" in capfd.readouterr().err
    assert "console_open" in node.doors()


def test_two_edges_cannot_share_a_directory(edge):
    with pytest.raises(CannotStart) as fault:
        Edge(Options(state_dir=edge.files.directory), "ezvpn")
    assert fault.value.code == 4


def test_without_the_tun_module_it_says_what_to_do(edge, monkeypatch):
    def absent(path, flags):
        raise FileNotFoundError(2, "No such file or directory")

    monkeypatch.setattr(os, "open", absent)
    assert (
        edge.lacks_tun()
        == "/dev/net/tun: No such file or directory; load the kernel module tun, or use --dataplane none"
    )


def test_each_run_has_a_name_of_its_own(edge):
    assert edge.boot_id() != edge.boot_id()
