"""TFTP on a virtual clock: files of all lengths, lost and doubled datagrams, strangers, servers that refuse or die."""

import pytest
from doubles.device import SIX_LINES, World
from doubles.flight import RecordedWorld, replayed

from ezvpn.node.transfer import MOST, Transfer
from ezvpn.wire import tftp

PORT = 3069


class Server:
    """One file. lose(n): whether the nth datagram is lost, in either direction."""

    def __init__(self, content=b"", lose=lambda number: False):
        self.content = content
        self.written = bytearray()
        self.lose = lose
        self.number = 0
        self.last = 0

    def answer(self, packet):
        """What the server sends for a packet."""
        opcode, number = packet[1], int.from_bytes(packet[2:4], "big")
        if opcode == tftp.READ:
            return tftp.data(1, self.content[:512])
        if opcode == tftp.WRITE:
            return tftp.ack(0)
        if opcode == tftp.ACK:
            begin = number * 512
            return tftp.data(number + 1, self.content[begin : begin + 512]) if begin <= len(self.content) else None
        if number == self.last + 1:
            self.last = number
            self.written += packet[4:]
        return tftp.ack(number)

    def run(self, transfer):
        """Until it has ended; returns how long it took."""
        now = 0
        for _ in range(5000):
            while transfer.out:
                packet = transfer.out.pop(0)
                if self._lost():
                    continue
                answer = self.answer(packet)
                if answer is not None and not self._lost():
                    transfer.receive(answer, PORT, now)
            if transfer.result is not None:
                return now
            now = transfer.deadline()
            transfer.timeout(now)
        raise AssertionError("it does not end")

    def _lost(self):
        self.number += 1
        return self.lose(self.number)


@pytest.mark.parametrize("size", [0, 1, 511, 512, 513, 1024, 5000, MOST])
def test_files_of_all_lengths_in_both_directions(size):
    content = bytes([i % 251 for i in range(size)])
    reading = Transfer("x", None, 0)
    assert Server(content).run(reading) == 0
    assert reading.result == ("", content)
    server = Server()
    writing = Transfer("x", content, 0)
    server.run(writing)
    assert (writing.result, bytes(server.written)) == (("", b""), content)
    assert writing.deadline() is None


@pytest.mark.parametrize("every", [2, 3, 5, 7])
def test_lost_datagrams_are_sent_again(every):
    content = bytes(range(250)) * 20
    reading = Transfer("x", None, 0)
    Server(content, lambda number: number % (every + 1) == every).run(reading)
    assert reading.result == ("", content)
    server = Server(b"", lambda number: number % (every + 1) == every)
    writing = Transfer("x", content, 0)
    server.run(writing)
    assert (writing.result, bytes(server.written)) == (("", b""), content)


def test_a_server_that_is_silent_is_given_up():
    transfer = Transfer("x", None, 0)
    assert Server(b"", lambda number: True).run(transfer) == 10_000
    assert transfer.result == ("the server does not answer", b"")


def test_doubled_datagrams_do_not_multiply():
    transfer = Transfer("x", bytes(2000), 0)
    transfer.out = []
    for _ in range(3):
        transfer.receive(tftp.ack(0), PORT, 1)
    assert len(transfer.out) == 1
    reading = Transfer("x", None, 0)
    for _ in range(2):
        reading.receive(tftp.data(1, bytes(512)), PORT, 1)
    reading.receive(tftp.data(2, b"end"), PORT, 1)
    assert reading.result == ("", bytes(512) + b"end")


def test_strangers_change_nothing():
    transfer = Transfer("x", None, 0)
    transfer.receive(tftp.data(1, bytes(512)), PORT, 1)
    for packet, port in (
        (tftp.data(2, b"evil"), PORT + 1),
        (tftp.error(1, "evil"), PORT + 1),
        (b"junk", PORT),
        (tftp.ack(1), PORT),
        (tftp.data(7, b"early"), PORT),
    ):
        transfer.receive(packet, port, 1)
    assert transfer.result is None
    transfer.receive(tftp.data(2, b""), PORT, 1)
    assert transfer.result == ("", bytes(512))


def test_what_a_server_says_is_passed_on_clean():
    for packet, words in ((tftp.error(1, "no\x1bfile"), "no?file"), (tftp.error(2, ""), "access violation")):
        transfer = Transfer("x", None, 0)
        transfer.receive(packet, PORT, 1)
        assert transfer.result == (words, b"")
    transfer = Transfer("x", None, 0)
    transfer.receive(tftp.error(99, ""), PORT, 1)
    assert transfer.result == ("the server gave no reason", b"")


def test_a_file_without_an_end_is_bounded():
    transfer = Transfer("x", None, 0)
    for block in range(1, 300):
        transfer.receive(tftp.data(block, bytes(512)), PORT, 1)
    assert transfer.result == ("the file is longer than 131072 bytes", b"")
    assert transfer.out[-1] == tftp.error(3, "too big")


SERVER = bytes([192, 0, 2, 9])


def test_a_command_waits_for_its_file_and_the_socket_goes():
    w = World()
    w.configure(SIX_LINES)
    w.device.names["tftp.example"] = [SERVER]
    w.call(w.device, w.node.execute, 3, "copy tftp://tftp.example/branch running-config", w.now)
    assert w.device.ordered("tftp_open") == [(3,)]
    assert w.device.ordered("tftp_send") == [(3, SERVER, 69, tftp.request(tftp.READ, "branch"))]
    w.call(w.device, w.node.tftp, 3, tftp.data(1, b"hostname evil\n"), bytes([192, 0, 2, 8]), PORT, w.now)
    w.call(w.device, w.node.tftp, 3, tftp.data(1, b"hostname branch\n"), SERVER, PORT, w.now)
    assert w.device.ordered("tftp_send")[-1] == (3, SERVER, PORT, tftp.ack(1))
    assert w.device.ordered("tftp_close") == [(3,)]
    assert w.node.config.hostname == "branch"
    assert w.device.ordered("executed")[0][:2] == (3, 0)


def test_names_that_lead_nowhere_servers_that_are_silent_and_users_that_go():
    w = World()
    w.call(w.device, w.node.execute, 3, "copy tftp://nosuch/branch running-config", w.now)
    assert "the name does not resolve" in w.device.ordered("executed")[0][2]
    w.device.names["tftp.example"] = [SERVER]
    w.call(w.device, w.node.execute, 4, "copy running-config tftp://tftp.example/x", w.now)
    w.wait(20_000)
    assert len(w.device.ordered("tftp_send")) == 5
    assert "the server does not answer" in w.device.ordered("executed")[1][2]
    w.call(w.device, w.node.execute, 5, "copy running-config tftp://tftp.example/x", w.now)
    w.call(w.device, w.node.console_close, 5, w.now)
    assert w.device.ordered("tftp_close") == [(4,), (5,)]
    assert w.node.deadline() is None
    w.call(w.device, w.node.tftp, 5, tftp.ack(0), SERVER, PORT, w.now)
    w.call(w.device, w.node.resolved, -5, [SERVER], w.now)


def test_no_secret_leaves_in_the_clear():
    w = World()
    w.configure(SIX_LINES)
    w.device.names["tftp.example"] = [SERVER]
    w.call(w.device, w.node.execute, 3, "copy running-config tftp://tftp.example/x", w.now)
    w.call(w.device, w.node.tftp, 3, tftp.ack(0), SERVER, PORT, w.now)
    sent = w.device.ordered("tftp_send")[-1][3]
    assert b"hostname Router" in sent
    assert sent.count(b"<removed>") == 2
    assert b"group-secret" not in sent


def test_a_replay_does_what_came_of_it():
    w = RecordedWorld()
    w.configure(SIX_LINES)
    w.device.names["tftp.example"] = [SERVER]
    w.door("execute", 3, "copy tftp://tftp.example/branch running-config")
    w.wait(3000)
    w.door("tftp", 3, tftp.data(1, b"hostname branch\n"), SERVER, PORT)
    assert w.node.config.hostname == "branch"
    log = [record.text() for step in replayed(w.device.trace()) for record in step.log]
    assert [line for line in log if "Configured from" in line]
