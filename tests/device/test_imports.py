"""Modules are found as MicroPython finds them, though by another way (firmware/port/import.c)."""

from __future__ import annotations

from .test_mover import run

SAID = """\
ezvpn.ike.dpd ['Dpd']
ezvpn.ike.dpd ['Dpd']
ezvpn []
True
ezvpn.console.shell ['Session']
ezvpn.ike []
ImportError no module named 'ezvpn.ike.gone'
ImportError no module named 'ezvpn.ik'
ImportError no module named 'ezvpn.ike.dpd.more'
ImportError no module named 'a_name_before_all'
ImportError no module named 'zz'
ImportError no module named 'zz'
can't import name gone
"""


def test_what_is_there_is_found_and_what_is_not_is_said() -> None:
    assert run("device.imports") == SAID
