"""Password recovery: who sits at the serial console of a device that has just started gets in, and finds no secret there.

Level 4, pure. A break (or a button of the board) is heard in the first minute only, and is no more than a question: characters of
another speed look like breaks, too. With `no service password-recovery` nothing at all is left of the configuration, as on IOS.
"""

from ezvpn.config.model import Config
from ezvpn.config.wiping import without_secrets
from ezvpn.console.caller import Caller


def offer(caller: Caller, now: int) -> None:
    """Ask whether it shall be done."""
    caller.put("")
    if caller.host.config.password_recovery:
        caller.put("Password recovery: every password, key and user of this device is erased, and all files in flash:.")
        caller.put("The rest of the configuration stays.")
    else:
        caller.put("Password recovery is off: the whole configuration is erased, and all files in flash:.")
    caller.ask("Erase them? Type yes, or Enter to leave everything as it is: ", True, _Answer(caller).answered)


class _Answer:
    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def answered(self, text: str, now: int) -> None:
        host = self._caller.host
        if text.strip().lower() != "yes":
            return
        left = without_secrets(host.config) if host.config.password_recovery else Config()
        problem = host.wipe(left, now)
        if problem:
            self._caller.put("% " + problem)
        self._caller.put("All secrets are erased. Set new ones, then `write memory`.")
        self._caller.admit(True)
