"""Who may come in: the questions of `login`, the password of `enable`, and what wrong answers cost.

Level 4, pure. Hashes are worked out by the device (`Host.check_password`), which takes its time. Not here: what whoever came in
may do (`shell`, by its tables), how passwords are kept (`config.secrets`, `crypto.ios_hash`).
"""

from ezvpn.compat import const
from ezvpn.config.secrets import Hashed
from ezvpn.console.caller import Caller, Failed
from ezvpn.record import Secret

_TRIES = const(3)
_PRIVILEGED = const(15)

# What a stranger's password is held against: nobody's, and it takes as long as anybody's.
_NOBODY = Hashed("8", "$8$" + "." * 14 + "$" + "." * 43)


class Questions:
    """One conversation: a name where `named`, and a password, three times at most. `stored(name)` gives what the password is held
    against; `passed(name)` is called for the right one. wrong: what is said after a wrong answer, and after the last one."""

    def __init__(self, caller: Caller, named: bool, stored: object, passed: object, wrong: "tuple[str, str]") -> None:
        self.caller = caller
        self.named = named
        self.stored = stored
        self.passed = passed
        self.again, self.never = wrong
        self.name = ""
        self.left = _TRIES

    def ask(self, now: int) -> None:
        if self.named:
            self.caller.ask("Username: ", True, self._name)
        else:
            self._name("", now)

    def _name(self, text: str, now: int) -> None:
        self.name = text.strip()
        if self.named and not self.name:
            self.ask(now)
        else:
            self.caller.ask("Password: ", False, self._password)

    def _password(self, text: str, now: int) -> None:
        stored = self.stored(self.name)  # type: ignore[operator]
        if isinstance(stored, Hashed):
            problem = self.caller.host.check_password(self.caller.id, stored, Secret(text), now)
            if problem:
                raise Failed(problem)
            self.caller.wait(self._checked)
        else:
            self._checked(stored.same(Secret(text)), now)

    def _checked(self, right: object, now: int) -> None:
        guard = self.caller.host.guard
        if right:
            guard.passed()
            self.passed(self.name)  # type: ignore[operator]
            return
        # A name that nobody has may be a password that was typed too early.
        known = self.stored(self.name) is not _NOBODY  # type: ignore[operator]
        self.caller.host.login_failed(self.caller.id, self.name if known else "unknown", now)
        pause = guard.failed(now)
        if pause:
            self.caller.pause(pause, self._refused, now)
        else:
            self._refused(None, now)

    def _refused(self, nothing: object, now: int) -> None:
        self.left -= 1
        if not self.left:
            raise Failed(self.never)
        if self.again:
            self.caller.put("% " + self.again)
            self.caller.put("")
        self.ask(now)


def log_in(caller: Caller, now: int) -> None:
    """What the console's `login` asks before the first prompt; without it, everybody is in."""
    config = caller.host.config
    line = config.line
    if line.login == "local" and config.users:
        _Local(caller).ask(now)
    elif line.login == "password" and line.password is not None:
        password = line.password
        _verification(caller)
        Questions(caller, False, lambda name: password, lambda name: caller.admit(False), ("", "Bad passwords")).ask(
            now
        )
    else:
        if line.login:
            what = "a `username`" if line.login == "local" else "a `password`"
            caller.put("% Login disabled on line 0, until " + what + " is set")
        caller.admit(False)


def enable(caller: Caller, now: int) -> None:
    """The password of privileged mode, where there is one."""
    config = caller.host.config
    stored = config.enable_secret or config.enable_password
    if stored is None or caller.privileged:
        caller.privileged = True
        return
    words = "Bad secrets" if config.enable_secret is not None else "Bad passwords"
    Questions(caller, False, lambda name: stored, lambda name: _privileged(caller), ("", words)).ask(now)


class _Local:
    """`login local`: a name and its password out of the `username` lines."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller

    def ask(self, now: int) -> None:
        _verification(self.caller)
        Questions(self.caller, True, self._stored, self._passed, ("Login invalid", "Bad passwords")).ask(now)

    def _stored(self, name: str) -> Secret:
        for user in self.caller.host.config.users:
            if user.name == name:
                return user.secret
        return _NOBODY

    def _passed(self, name: str) -> None:
        for user in self.caller.host.config.users:
            if user.name == name:
                self.caller.admit(user.privilege >= _PRIVILEGED)


def _verification(caller: Caller) -> None:
    caller.put("")
    caller.put("User Access Verification")
    caller.put("")


def _privileged(caller: Caller) -> None:
    caller.privileged = True
