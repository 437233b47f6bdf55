"""The heap that a board names, where the interpreter cannot change its own. On the device binary: tests/device/test_heap.py."""

from doubles.micropython import run


def test_without_the_c_module_the_heap_stays_as_it_is():
    script = "from ezvpn.runtime.micropython.heap import fit\nfit(2048)\nfit(0)\nprint('still here')"
    assert run(script) == "still here\n"
