"""EXEC mode: levels, pipes, and where the end of a line belongs."""

from doubles.host import FakeHost

from ezvpn.console.exec import Exec
from ezvpn.console.shell import Session


def test_the_level_decides_which_commands_there_are() -> None:
    session = Session(FakeHost(), 7)
    commands = Exec(session)
    assert commands.mode.prompt == ">"
    assert commands.match("show running-config")[0].status == "invalid"
    session.privileged = True
    assert commands.mode.prompt == "#"
    assert commands.match("show running-config")[0].status == "ok"


def test_a_pipe_stands_behind_a_show_only() -> None:
    commands = Exec(Session(FakeHost(), 7))
    match, pipe = commands.match("show version | include x")
    assert (match.action, pipe is not None and pipe.action) == ("show_version", "include")
    assert commands.match("show version |")[0].status == "incomplete"
    assert commands.match("show version | nonsense")[0].column == 15
    assert commands.match("enable | x")[0].status == "invalid"
    assert commands.target("show version | inc")[0].name == "pipe"
    assert commands.target("show ver")[0].name == "exec"


def test_every_action_is_done_and_reached() -> None:
    from ezvpn.console.exec_commands import ACTIONS, PRIVILEGED
    from ezvpn.console.exec_show import SHOWS

    reached = {entry[2] for entry in PRIVILEGED}
    assert reached == set(ACTIONS) | set(SHOWS)


def test_output_goes_into_a_file_of_flash_only_and_with_rights_only() -> None:
    host = FakeHost()
    assert Session(host, 7, privileged=True).execute("show clock | redirect flash:time", 5000) == (0, "")
    assert host.stored["flash:time"].startswith(b"The time is not known")
    assert Session(host, 7).execute("show clock | redirect flash:time", 5000)[0] == 1
    assert Session(host, 7, privileged=True).execute("show clock | redirect startup-config", 5000)[0] == 1
