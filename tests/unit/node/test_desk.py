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
        w.call(w.device, w.node.execute, "write memory", w.now)
        w.call(w.device, w.node.stored, 0, ok, w.now)
        assert w.node.executed()[0] == code
        assert said in w.node.executed()[1].splitlines()[-1]


def test_while_a_console_is_attached_the_log_is_there_and_not_on_stderr():
    w = World(gateway())
    w.configure(SIX_LINES)
    w.call(w.device, w.node.console_open, 1, 80, w.now)
    before = len(w.device.log())
    w.up()
    assert len(w.device.log()) == before
    assert b"%CRYPTO-5-SESSION_STATUS" in written(w)
    w.call(w.device, w.node.console_close, 1, w.now)
    w.call(w.device, w.node.execute, "clear crypto ipsec client ezvpn", w.now)
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
    code, text = w.call(w.device, w.node.execute, "show version", w.now)
    assert code == 0 and "Edge 1" in text
    code, text = w.call(w.device, w.node.execute, "show nonsense", w.now)
    assert code == 1 and "%" in text


def test_doors_of_consoles_that_are_gone_do_nothing():
    w = World()
    typed(w, b"x", 9)
    w.call(w.device, w.node.stored, 9, True, w.now)
    w.call(w.device, w.node.console_close, 9, w.now)
    assert w.device.orders == []
