"""The first process: file systems in their order, and whatever happens, the machine starts again and no process ends."""

import importlib
import sys
import types

import pytest

RESTART = 0x01234567


class Machine(types.ModuleType):
    """The system calls that `init` makes, written down."""

    def __init__(self) -> None:
        super().__init__("_edgec")
        self.trail: "list[str]" = []
        self.broken: "list[str]" = []

    def mount(self, what: str, where: str, kind: str, flags: int, options: str) -> None:
        self.trail.append(f"mount {what} {where}")
        if what in self.broken:
            raise OSError(19, "")

    def reboot(self, command: int) -> None:
        assert command == RESTART
        self.trail.append("restart")

    def strerror(self, number: int) -> str:
        return "No such device"


@pytest.fixture
def machine(monkeypatch, tmp_path):
    made = Machine()
    monkeypatch.setitem(sys.modules, "_edgec", made)
    monkeypatch.delitem(sys.modules, "ezvpn.runtime.micropython.init", raising=False)
    from ezvpn.runtime import boards

    init = importlib.import_module("ezvpn.runtime.micropython.init")

    board = boards.Board("x")
    board.console, board.data, board.data_kind = "/dev/ttyS0,115200", "/dev/vdb", "ext4"
    monkeypatch.setattr(init, "_board", lambda: board)
    monkeypatch.setattr(init, "_is_there", lambda path: False)
    monkeypatch.setattr(init, "_SETTINGS", ())
    monkeypatch.setattr(init, "_PAUSE_S", 0)
    monkeypatch.setattr(sys, "print_exception", lambda fault, file: print(repr(fault), file=file), raising=False)
    monkeypatch.setattr(sys, "argv", ["/sbin/init"])
    made.init = init
    yield made
    sys.modules.pop("ezvpn.runtime.micropython.init", None)


def test_mounts_then_the_agent_then_a_restart(machine) -> None:
    machine.init.main(lambda words: machine.trail.append(" ".join(words)))
    assert machine.trail == [
        "mount proc /proc",
        "mount sysfs /sys",
        "mount tmpfs /run",
        "mount tmpfs /tmp",
        "mount /dev/vdb /var/lib/ezvpn",
        "--board x --console /dev/ttyS0,115200 --state-dir /var/lib/ezvpn",
        "mount none /var/lib/ezvpn",
        "restart",
    ]
    assert sys.argv == ["/sbin/init", "init"]  # how the agent starts itself again for a heap of another size


def test_without_a_data_partition_it_runs_and_says_so(machine, capsys) -> None:
    machine.broken = ["/dev/vdb"]
    machine.init.main(lambda words: None)
    assert "mount tmpfs /var/lib/ezvpn" in machine.trail
    assert "nothing that is saved will be there after the next start" in capsys.readouterr().err


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), OSError(5, "")])
def test_a_fault_restarts_the_machine(machine, fault, capsys) -> None:
    def run(words):
        raise fault

    machine.init.main(run)
    assert machine.trail[-1] == "restart"
    assert repr(fault) in capsys.readouterr().err


def test_an_agent_that_cannot_start_says_why(machine, capsys) -> None:
    from ezvpn.runtime.exits import CannotStart

    def run(words):
        raise CannotStart(1, "first\nsecond")

    machine.init.main(run)
    assert capsys.readouterr().err == "ezvpn: first\nezvpn: second\n"


def test_only_once_does_it_mount(machine, monkeypatch) -> None:
    monkeypatch.setattr(machine.init, "_is_there", lambda path: True)
    machine.init.main(lambda words: None)
    assert machine.trail == ["mount none /var/lib/ezvpn", "restart"]
