"""How a run ends: the exit codes, and the exception for an agent that cannot start.

Dual. Level of the contracts: everything in runtime/ and above may import it.
"""


class Exit:
    """Exit codes of `ezvpn`."""

    STOPPED = 0
    CONFIGURATION = 1
    USAGE = 2
    MISSING = 3  # a right or a device is missing, or no agent is running
    RUNNING = 4  # another agent holds the state directory


class CannotStart(Exception):
    """`code` is one of `Exit`; `text` says what is wrong and what to do."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
