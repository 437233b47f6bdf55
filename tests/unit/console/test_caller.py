"""What a command may do with its session: a session does all of it."""

from ezvpn.console.caller import Caller
from ezvpn.console.shell import Session


def test_a_session_implements_every_method() -> None:
    for name in vars(Caller):
        if not name.startswith("_"):
            assert getattr(Session, name) is not getattr(Caller, name), name
