"""Consoles at a node: what is typed, what is written, how many, and the log."""

from doubles.device import SIX_LINES, World, gateway

from ezvpn.node.desk import SESSIONS_MAX


def written(w, console=1):
    return b"".join(data for id, data in w.device.ordered("write") if id == console)


def typed(w, text, console=1):
    w.call(w.device, w.node.console, console, text, w.now)


def test_a_console_is_greeted_answered_and_ended():
    w = World(gateway())
    w.configure("hostname Edge\n" + SIX_LINES)
    w.up()
    w.call(w.device, w.node.console_open, 1, 80, w.now)
    assert written(w).endswith(b"Edge>")
    typed(w, b"enable\rshow crypto ipsec client ezvpn\r")
    assert b"Current State: IPSEC_ACTIVE" in written(w)
    typed(w, b"disable\rexit\r")
    assert w.device.ordered("close_console") == [(1,)]


def test_configuration_typed_at_a_console_takes_effect():
    w = World(gateway())
    w.call(w.device, w.node.console_open, 1, 80, w.now)
    typed(w, b"enable\rconfigure terminal\r" + SIX_LINES.replace("\n", "\r").encode() + b"end\r")
    w.up()
    assert b"%" not in written(w).split(b"end")[0].replace(b"%SYS", b"").replace(b"%CRYPTO", b"")


def test_write_memory_waits_for_the_answer_of_the_store():
    w = World(gateway())
    w.configure(SIX_LINES)
    w.call(w.device, w.node.console_open, 3, 80, w.now)
    typed(w, b"enable\rwrite memory\r", 3)
    assert w.device.ordered("store")[0][0] == 3
    w.call(w.device, w.node.stored, 3, True, w.now)
    assert b"[OK]" in written(w, 3)


def test_write_memory_as_one_command_tells_how_it_went():
    w = World(gateway())
    w.configure(SIX_LINES)
    for ok, code, said in ((True, 0, "[OK]"), (False, 1, "could not be written")):
        w.call(w.device, w.node.execute, 9, "write memory", w.now)
        assert w.device.ordered("executed") == []
        w.call(w.device, w.node.stored, 9, ok, w.now)
        found = w.device.ordered("executed")
        assert found[0][:2] == (9, code)
        assert said in found[0][2].splitlines()[-1]
        w.device.orders.clear()


def test_while_a_console_is_attached_the_log_is_there_and_not_on_stderr():
    w = World(gateway())
    w.configure(SIX_LINES)
    w.call(w.device, w.node.console_open, 1, 80, w.now)
    before = len(w.device.log())
    w.up()
    assert len(w.device.log()) == before
    assert b"%CRYPTO-5-SESSION_STATUS" in written(w)
    w.call(w.device, w.node.console_close, 1, w.now)
    w.call(w.device, w.node.execute, 9, "clear crypto ipsec client ezvpn", w.now)
    assert len(w.device.log()) > before


def test_one_console_too_many_is_told_so():
    w = World()
    for id in range(1, SESSIONS_MAX + 2):
        w.call(w.device, w.node.console_open, id, 80, w.now)
    assert w.device.ordered("close_console") == [(SESSIONS_MAX + 1,)]
    assert b"Too many consoles" in written(w, SESSIONS_MAX + 1)


def test_one_command_without_a_console():
    w = World()
    w.configure("hostname Edge\n")
    w.call(w.device, w.node.execute, 8, "show version", w.now)
    w.call(w.device, w.node.execute, 9, "show nonsense", w.now)
    good, bad = w.device.ordered("executed")
    assert good[:2] == (8, 0) and "Edge 1" in good[2]
    assert bad[:2] == (9, 1) and "%" in bad[2]


def test_commands_that_wait_are_bounded_and_can_be_broken_off():
    w = World()
    for id in range(1, SESSIONS_MAX + 2):
        w.call(w.device, w.node.execute, id, "write memory", w.now)
    assert w.device.ordered("executed") == [(SESSIONS_MAX + 1, 1, "% Too many commands are running\n")]
    w.call(w.device, w.node.console_close, 1, w.now)
    w.call(w.device, w.node.stored, 1, True, w.now)
    assert len(w.device.ordered("executed")) == 1, "nobody waits any more"


def test_doors_of_consoles_that_are_gone_do_nothing():
    w = World()
    typed(w, b"x", 9)
    w.call(w.device, w.node.stored, 9, True, w.now)
    w.call(w.device, w.node.console_close, 9, w.now)
    assert w.device.orders == []


def test_a_ping_from_the_key_to_the_verdict():
    w = World()
    w.device.names["gw.example"] = [b"\xc6\x33\x64\x0b"]
    w.call(w.device, w.node.console_open, 1, 80, w.now)
    typed(w, b"ping gw.example repeat 2\r")
    ((id, source, with_errors),) = w.device.ordered("icmp_open")
    assert (source, with_errors) == (None, False)
    for _ in range(2):
        _, data, address, _, _ = w.device.ordered("icmp_send")[-1]
        w.wait(3)
        w.call(w.device, w.node.icmp, id, address, b"\0" + data[1:], w.now)
    assert w.device.ordered("icmp_close") == [(id,)]
    lines = written(w).split(b"\r\n")
    assert lines[-3:] == [
        b"!!",
        b"Success rate is 100 percent (2/2), round-trip min/avg/max = 3/3/3 ms",
        b"Router>",
    ]


def test_a_ping_that_nobody_answers_ends_by_its_deadline():
    w = World()
    w.device.names["198.51.100.11"] = [b"\xc6\x33\x64\x0b"]
    w.call(w.device, w.node.execute, 9, "ping 198.51.100.11 repeat 2 timeout 1", w.now)
    assert w.device.ordered("executed") == []
    w.wait(2500)
    ((id, code, text),) = w.device.ordered("executed")
    assert (id, code) == (9, 0)
    assert text.endswith("..\nSuccess rate is 0 percent (0/2)\n")


def test_whoever_goes_takes_its_ping_along():
    w = World()
    w.device.names["198.51.100.11"] = [b"\xc6\x33\x64\x0b"]
    w.call(w.device, w.node.execute, 9, "ping 198.51.100.11 repeat 100000", w.now)
    w.call(w.device, w.node.console_close, 9, w.now)
    assert len(w.device.ordered("icmp_close")) == 1
    assert w.node.deadline() is None


def test_a_socket_that_cannot_be_had_is_said():
    w = World()
    w.device.names["198.51.100.11"] = [b"\xc6\x33\x64\x0b"]
    w.call(w.device, w.node.execute, 9, "traceroute 198.51.100.11", w.now)
    ((id, _, with_errors),) = w.device.ordered("icmp_open")
    assert with_errors
    w.call(w.device, w.node.icmp_failed, id, "Cannot send ICMP: not permitted", w.now)
    ((_, code, text),) = w.device.ordered("executed")
    assert code == 1 and text.endswith("% Cannot send ICMP: not permitted\n")


def test_known_answers_take_a_turn_each():
    w = World()
    w.call(w.device, w.node.execute, 9, "test crypto self-test", w.now)
    assert w.device.ordered("executed") == []
    w.wait(50)
    ((_, code, text),) = w.device.ordered("executed")
    assert code == 0 and text.endswith("All of them passed\n")
