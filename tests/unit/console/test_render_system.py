"""What a platform does not tell is left out. Whole screens are in tests/transcript/system.txt."""

from ezvpn.console import render_system
from ezvpn.console.debug import Clock
from ezvpn.console.host import Version
from ezvpn.machine import Usage
from ezvpn.report.json_text import render


def version(serial: str = "") -> Version:
    return Version("Edge 1", "0.1.0", "MicroPython", "x", "none", "unix", serial, 61000, "power-on", "", Usage())


def test_what_is_not_known_has_no_line() -> None:
    found = render_system.version(version(), "Router", Clock(61000, None, False))
    assert found[2:4] == ["Router uptime is 1 minute", "System returned to ROM by power-on"]
    assert not [line for line in found if line.startswith(("Memory", "Flash", "Serial", "System image", "System rest"))]


def test_a_serial_number() -> None:
    assert "Serial number : FCZ1" in render_system.version(version("FCZ1"), "Router", Clock(61000, None, False))


def test_when_it_was_started() -> None:
    found = render_system.version(version(), "Router", Clock(61000, 1017069434131, True))
    assert "System restarted at 15:16:13 UTC Mon Mar 25 2002" in found


def test_nothing_known_at_all() -> None:
    assert render_system.processes_cpu(Usage()) == ["CPU time is not known on this platform"]
    assert render_system.processes_memory(Usage()) == ["Memory is not known on this platform"]
    assert '"runtime_ms":null' in render(render_system.processes_cpu_json(Usage()))


def test_the_heap_of_an_interpreter() -> None:
    usage = Usage()
    usage.heap_used, usage.heap_free = 120000, 80000
    line = "Heap Pool Total:     200000 Used:     120000 Free:      80000"
    assert render_system.processes_memory(usage) == [line]
    usage.heap_peak = 151552
    assert render_system.processes_memory(usage) == [line + " Peak:     151552"]
