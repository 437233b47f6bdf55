"""Sessions: what transcripts cannot show (doors, bounds, re-entry, `execute`)."""

from doubles.host import SECRETS, FakeHost
from doubles.screen import Screen

from ezvpn.console.shell import Session

NOW = 2**30 - 5000


def output(session: Session) -> str:
    return bytes(session.take_output()).decode()


def test_execute_answers_with_code_and_text() -> None:
    session = Session(FakeHost(), 0, privileged=True)
    assert session.execute("show clock", 60000) == (0, "The time is not known; up 1 minute\n")
    assert session.execute("", 0) == (0, "")
    assert session.execute("sh", 0) == (1, "% Incomplete command.\n")
    assert session.execute("c", 0) == (1, '% Ambiguous command:  "c"\n')


def test_execute_shows_the_line_above_the_caret() -> None:
    code, text = Session(FakeHost(), 0, privileged=True).execute("show vresion", 0)
    assert (code, text) == (1, "show vresion\n      ^\n% Invalid input detected at '^' marker.\n")


def test_execute_helps() -> None:
    session = Session(FakeHost(), 0, privileged=True)
    assert session.execute("show c?", 0) == (0, "clock  crypto\n")
    code, text = session.execute("show version ?", 0)
    assert (code, text) == (0, "  json  As JSON\n  |     Output modifiers\n  <cr>\n")
    assert session.execute("nonsense ?", 0) == (1, "% Unrecognized command\n")


def test_log_lines_come_only_when_they_are_new_and_wanted() -> None:
    host = FakeHost()
    host.log.add(0, "EZVPN_NOTE", "cisco", "before the session")
    session = Session(host, 7)
    session.refresh(NOW)
    assert output(session) == "Router>"
    host.config.logging_level = 6
    host.log.add(0, "IKE_DROPPED", "x")
    session.refresh(NOW)
    assert output(session) == "", "severity 7 is beyond `logging console informational`"
    host.config.logging_level = -1
    host.log.add(0, "EZVPN_FAILED", "cisco", "x")
    session.refresh(NOW)
    assert output(session) == ""


def test_a_session_that_fell_behind_is_told_once() -> None:
    host = FakeHost()
    session = Session(host, 7)
    for number in range(25):
        host.log.add(0, "EZVPN_NOTE", "cisco", str(number))
    session.refresh(NOW)
    screen = Screen()
    screen.write(output(session).encode())
    assert screen.rows[0] == "5 lines lost"
    assert len(screen.rows) == 21
    assert screen.row() == "Router>"


def test_the_host_may_refresh_and_take_output_while_a_command_runs() -> None:
    host = FakeHost()
    written = []

    def connect(name: str, now: int) -> str:
        host.log.add(now, "EZVPN_NOTE", name, "connecting")
        session.refresh(now)
        written.append(output(session))
        return ""

    host.tunnel_connect = connect  # type: ignore[method-assign]
    session = Session(host, 7, privileged=True)
    session.feed(b"crypto ipsec client ezvpn connect\r", 5000)
    written.append(output(session))
    screen = Screen()
    screen.write("".join(written).encode())
    assert screen.rows == [
        "Router#crypto ipsec client ezvpn connect",
        "00:00:05.000: %CRYPTO-6-EZVPN_NOTE: EZVPN(cisco): connecting",
    ]
    assert screen.row() == "Router#"


def test_a_store_that_answers_at_once() -> None:
    host = FakeHost()
    session = Session(host, 7, privileged=True)
    host.save = lambda id, data, now: session.answer(True, now)  # type: ignore[method-assign]
    session.feed(b"write\r", NOW)
    assert output(session).endswith("Building configuration...\r\n[OK]\r\nRouter#")


def test_keys_typed_while_waiting_are_bounded() -> None:
    host = FakeHost()
    session = Session(host, 7, privileged=True)
    session.feed(b"write\r" + b"x" * 5000, NOW)
    assert session.dropped == 5000 - 4096
    session.answer(True, NOW)
    assert "x" * 20 in output(session)
    session.answer(False, NOW)
    assert output(session) == "", "nobody waits any more"


def test_log_lines_while_waiting() -> None:
    host = FakeHost()
    session = Session(host, 7, privileged=True)
    session.feed(b"write\r", NOW)
    output(session)
    host.log.add(0, "EZVPN_NOTE", "cisco", "hello")
    session.refresh(5000)
    assert output(session) == "00:00:00.000: %CRYPTO-6-EZVPN_NOTE: EZVPN(cisco): hello\r\n"


def test_nothing_after_exit() -> None:
    session = Session(FakeHost(), 7)
    session.feed(b"exit\rshow version\r", NOW)
    assert session.closed
    assert output(session) == "Router>exit\r\n"
    session.refresh(NOW)
    assert output(session) == ""


def test_a_memoryview_is_taken() -> None:
    session = Session(FakeHost(), 7)
    session.feed(memoryview(b"show clock\r"), NOW)
    assert "The time is not known" in output(session)


def test_warnings_are_not_told_twice() -> None:
    host = FakeHost()
    host.warnings = ["interface Fa9 is absent"]
    session = Session(host, 7, privileged=True)
    session.feed(b"configure terminal\rhostname A\r", NOW)
    assert "Fa9" not in output(session), "the device logs it, and this console shows the log"
    session.feed(b"do terminal no monitor\rhostname B\r", NOW)
    assert "% Warning: interface Fa9 is absent" in output(session)


def test_secrets_stay_out_of_history_and_output() -> None:
    host = FakeHost()
    session = Session(host, 7, privileged=True)
    session.feed(b"configure terminal\rcrypto ipsec client ezvpn cisco\rusername u pass typed-in-secret\r", NOW)
    session.feed(b"usernam u passwor typed-in-secret x\rgroup g k typed-in-secret\rend\r", NOW)
    output(session)
    session.feed(b"\x10" * 25 + b"\x0e" * 25, NOW)
    session.feed(b"show running-config\rshow logging\rshow running-config json\r", NOW)
    shown = output(session)
    assert not [secret for secret in SECRETS if secret in shown]
    assert "crypto ipsec client ezvpn cisco" in shown


def test_an_answer_that_does_not_fit_into_memory_is_an_error_and_nothing_more() -> None:
    class Full(FakeHost):
        def counters(self) -> "list[tuple[str, int]]":
            raise MemoryError

    assert Session(Full(), 1).execute("show crypto isakmp counters", 0) == (1, "% Not enough memory for this answer\n")
