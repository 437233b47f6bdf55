"""The exit codes are a contract with scripts."""

from ezvpn.runtime.exits import CannotStart, Exit


def test_the_codes():
    assert (Exit.STOPPED, Exit.CONFIGURATION, Exit.USAGE, Exit.MISSING, Exit.RUNNING) == (0, 1, 2, 3, 4)


def test_a_fault_carries_code_and_text():
    fault = CannotStart(Exit.RUNNING, "held")
    assert (fault.code, fault.text, str(fault)) == (4, "held", "held")
