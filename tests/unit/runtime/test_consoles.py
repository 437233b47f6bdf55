"""Consoles and single commands between their streams and the node's doors."""

from unit.runtime.test_adapter import Bench, Stream


def test_console_sessions():
    bench = Bench()
    stream = Stream()
    id = bench.consoles.console_opened(stream, 100, 24)
    bench.consoles.console_bytes(id, b"exit\r")
    bench.order("write", id, b"bye")
    bench.order("write", 99, b"nobody")
    bench.order("close_console", id)
    assert (stream.out, stream.closed) == (b"bye", True)
    bench.consoles.console_gone(id)
    bench.consoles.console_gone(id)
    assert bench.doors("console_open") == [(id, 100, 1000, 24, False)]
    assert bench.doors("console") == [(id, b"exit\r", 1000)]
    assert bench.doors("console_close") == [(id, 1000)]


def test_one_command_is_answered_once_and_can_be_broken_off():
    bench = Bench()
    answers = []
    id = bench.consoles.execute("show version", lambda code, text: answers.append((code, text)))
    assert answers == [(0, "did show version\n")]
    bench.order("executed", id, 0, "again")
    bench.consoles.execute_gone(id)
    assert answers == [(0, "did show version\n")]
    assert bench.doors("console_close") == []
    bench.node.silent = True
    id = bench.consoles.execute("ping 10.0.0.1", lambda code, text: answers.append((code, text)))
    bench.consoles.execute_gone(id)
    assert bench.doors("console_close") == [(id, 1000)]
    bench.order("executed", id, 0, "late")
    assert len(answers) == 1


def test_the_terminal_is_the_console_line_and_has_one_session_for_good():
    bench = Bench()
    terminal = Stream()
    bench.consoles.terminal_opened(terminal, 132)
    bench.consoles.terminal_bytes(b"exit\r")
    bench.consoles.terminal_bytes(b"\r")
    assert bench.doors("console_open") == [(1, 132, 1000, 0, True)]
    assert bench.doors("console") == [(1, b"exit\r", 1000), (1, b"\r", 1000)]
    bench.consoles.terminal_gone()
    assert bench.doors("console_close") == [(1, 1000)]


def test_a_break_names_the_session_of_its_terminal():
    bench = Bench()
    bench.consoles.console_opened(Stream(), 80, 0)
    bench.consoles.terminal_break()
    assert bench.doors("console_break") == []
    bench.consoles.terminal_opened(Stream(), 80)
    bench.consoles.terminal_break()
    assert bench.doors("console_break") == [(2, 1000)]


def test_a_configured_speed_is_that_of_the_terminal():
    bench = Bench()
    bench.order("console_speed", 9600)
    terminal = Stream()
    terminal.change_speed = terminal.write
    bench.consoles.terminal_opened(terminal, 80)
    bench.order("console_speed", b"19200")
    assert terminal.out == b"19200"


def test_an_agent_whose_own_terminal_hangs_up_stops():
    bench = Bench()
    terminal = Stream()
    bench.consoles.terminal_opened(terminal, 80)
    bench.consoles.terminal_gone()
    assert bench.stopped == 0
    terminal.hangs_up = True
    bench.consoles.terminal_gone()
    assert bench.stopped == 1


def test_ctrl_right_bracket_ends_a_console_on_this_terminal_only():
    bench = Bench()
    bench.consoles.terminal_opened(Stream(), 80)
    bench.consoles.terminal_bytes(b"\x1d")
    assert bench.stopped == 0
    bench.consoles.quits = True
    bench.consoles.terminal_bytes(b"\x1d")
    assert bench.stopped == 1


def test_doors_wait_in_their_order_until_the_modules_are_loaded_one_a_turn():
    bench = Loading()
    answers = []
    buffer = bytearray(b"show")
    id = bench.consoles.console_opened(Stream(), 80, 0)
    bench.consoles.console_bytes(id, memoryview(buffer))
    buffer[:] = b"xxxx"
    bench.consoles.execute("show version", lambda code, text: answers.append(code))
    for _ in range(2):
        assert bench.node.calls == [] or bench.doors("console_open") == []
        bench.loop.pass_time(1)
    for _ in range(4):
        bench.loop.pass_time(1)
    assert [door for door in bench.node.doors() if door != "clock"] == ["console_open", "console", "execute"]
    assert bench.doors("console")[0][1] == b"show"
    assert answers == [0]
    bench.consoles.console_bytes(id, b"at once")
    assert bench.doors("console")[1][1] == b"at once"


def test_a_module_that_does_not_load_keeps_nobody_waiting_for_ever():
    bench = Loading("no_such_module")
    try:
        bench.consoles.console_opened(Stream(), 80, 0)
    except ImportError:
        pass
    for _ in range(3):
        bench.loop.pass_time(1)
    assert len(bench.doors("console_open")) == 1


class Loading(Bench):
    def __init__(self, first="json"):
        self.console_modules = (first, "ezvpn.compat", "ezvpn.record")
        super().__init__()


def test_the_terminal_of_the_agent_itself_is_there_at_once():
    bench = Loading()
    bench.consoles.terminal_opened(Stream(), 80)
    assert len(bench.doors("console_open")) == 1
