"""Lines of configuration mode that the device does instead of its configuration: `key config-key`.

Level 4, pure. Such a line is no part of any configuration and never shown again.
"""

from ezvpn.config.match import Match
from ezvpn.console.caller import Caller, Failed
from ezvpn.record import Secret
from ezvpn.report.json_text import clean

_SHORTEST = 8  # characters, as in IOS


def config_key(caller: Caller, match: Match, now: int) -> None:
    word = match.text("word")
    if word:
        _change(caller, word)
    else:
        caller.ask("New key: ", False, _Asked(caller).first)


def _change(caller: Caller, word: str) -> None:
    if len(word) < _SHORTEST:
        raise Failed("The key has at least " + str(_SHORTEST) + " characters")
    problem = caller.host.change_key(Secret(word))
    if problem:
        raise Failed("The key stays as it is: " + clean(problem))
    if caller.host.config.password_encryption:
        caller.put("Secrets are encrypted with it from the next `write memory` on")


class _Asked:
    """The key, typed twice."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self._word = ""

    def first(self, text: str, now: int) -> None:
        self._word = text
        self._caller.ask("Confirm key: ", False, self.second)

    def second(self, text: str, now: int) -> None:
        if text != self._word:
            raise Failed("The two differ; the key stays as it is")
        _change(self._caller, text)


DEVICE_LINES = {"config_key": config_key}
