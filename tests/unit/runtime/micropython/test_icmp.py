"""The same echoes under MicroPython."""

from doubles import own_namespace

from unit.runtime.icmp_script import SAID, SCRIPT


def test_echoes_over_loopback() -> None:
    assert own_namespace.run(SCRIPT.replace("INTERPRETER", "micropython"), micropython=True) == SAID
