"""For every test: generated cases are the same on every run and machine, so that a red run means a change.

`make fuzz` looks for new ones.
"""

import pytest
from hypothesis import settings

settings.register_profile("the same every time", derandomize=True, deadline=None)
settings.load_profile("the same every time")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--agent",
        default="cpython",
        metavar="TARGET",
        help="what tests/interop runs: cpython, or the device binary of a target that this machine can run",
    )
