"""What runs a test of a whole agent: CPython, or the device binary of this machine.

Belongs here: command lines. Not here: MicroPython of PyPI, which has neither TUN devices nor signals (`test_micropython`).
"""

from __future__ import annotations

import functools
import platform
import sys
from pathlib import Path

from doubles import device_binary

from ezvpn_hil.lab.agent import CPYTHON

NAMES = ("cpython", "firmware")
TESTS = Path(__file__).resolve().parents[1]


@functools.cache
def agent(name: str) -> tuple[str, ...]:
    """The words before `run`."""
    return CPYTHON if name == "cpython" else (str(device_binary.built(platform.machine()).path),)


def double(name: str, module: str) -> tuple[str, ...]:
    """The words that run a module of `doubles`."""
    if name == "cpython":
        return "env", f"PYTHONPATH={TESTS}", sys.executable, "-m", f"doubles.{module}"
    return "env", f"MICROPYPATH={device_binary.compiled()}:.frozen", *agent(name), "-m", f"doubles.{module}"
