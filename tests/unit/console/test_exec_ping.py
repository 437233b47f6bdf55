"""What is shown without a terminal. With one: tests/transcript/ping.txt."""

from doubles.host import FakeHost

from ezvpn.console.probes import Progress
from ezvpn.console.shell import Session

SENDING = "Sending 80, 100-byte ICMP Echos to 10.0.0.1, timeout is 2 seconds:"


def running(line: str = "ping 10.0.0.1 repeat 80") -> Session:
    session = Session(FakeHost(), 7, privileged=True)
    session.execute(line, 0)
    assert session.waiting
    return session


def test_marks_have_lines_of_their_own_and_end_after_seventy() -> None:
    session = running()
    session.answer(Progress([SENDING]), 0)
    for _ in range(79):
        session.answer(Progress([], "!"), 0)
    session.answer(Progress(["Success rate is 98 percent (79/80)"], ".", True), 0)
    assert not session.waiting
    assert session.result() == (
        0,
        SENDING + "\n" + "!" * 70 + "\n" + "!" * 9 + ".\nSuccess rate is 98 percent (79/80)\n",
    )


def test_hops() -> None:
    session = running("traceroute 10.0.0.9")
    session.answer(Progress(["Tracing the route to 10.0.0.9"]), 0)
    for text in ("  1 ", "192.0.2.1 4 msec ", " * ", "\n  2 ", "10.0.0.9 5 msec "):
        session.answer(Progress([], text), 0)
    session.answer(Progress([], "5 msec ", True), 0)
    assert session.result() == (
        0,
        "Tracing the route to 10.0.0.9\n  1 192.0.2.1 4 msec  * \n  2 10.0.0.9 5 msec 5 msec \n",
    )


def test_a_problem_is_an_error() -> None:
    session = running()
    session.answer(Progress([], "", True, "Unrecognized host or address, or protocol not running."), 0)
    assert session.result() == (1, "% Unrecognized host or address, or protocol not running.\n")


def test_the_answer_to_something_else_is_passed_over() -> None:
    session = running()
    session.answer(True, 0)
    assert session.waiting


def test_what_is_said_last_counts() -> None:
    host = FakeHost()
    Session(host, 7).execute("ping 10.0.0.1 repeat 3 repeat 4", 0)
    assert "repeat=4" in host.calls[0][1]
