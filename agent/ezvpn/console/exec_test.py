"""`test crypto self-test`: its table, and what it asks of the device.

Level 4, pure.
"""

from ezvpn.config.match import Match
from ezvpn.console.caller import Caller
from ezvpn.console.exec_ping import Running

# In privileged mode only.
TEST = (
    (
        "test crypto self-test",
        ("Try something out", "Encryption", "Known answers of every primitive"),
        "test_crypto",
    ),
)


def test_crypto(caller: Caller, match: Match, now: int) -> None:
    running = Running(caller)
    caller.wait(running.answered, running.broken)
    caller.host.test_crypto(caller.id, now)


ACTIONS_TEST = {"test_crypto": test_crypto}
