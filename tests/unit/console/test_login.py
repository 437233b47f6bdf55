"""Questions before the first prompt. Whole conversations are in tests/transcript (login, password)."""

from doubles.host import FakeHost

from ezvpn.config.access import User
from ezvpn.config.secrets import Hashed
from ezvpn.console.shell import Session
from ezvpn.record import Secret

HASH = Hashed("8", "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk")


def attended(host: FakeHost, keys: str = "") -> "tuple[Session, str]":
    session = Session(host, 7, attended=True)
    session.start(1000)
    session.feed(keys.encode(), 1000)
    return session, session.take_output().decode()


def local(*users: User) -> FakeHost:
    host = FakeHost()
    host.config.line.login = "local"
    host.config.users += users
    return host


def test_a_stranger_costs_as_much_as_a_user_and_his_name_is_not_logged() -> None:
    host = local(User("admin", 15, True, HASH))
    session, _ = attended(host, "typed-in-secret\rx\r")
    assert host.calls == [("check_password", 7, "8")]
    session.answer(False, 1000)
    assert host.calls[-1] == ("login_failed", 7, "unknown")


def test_privilege_15_goes_to_privileged_mode_and_less_does_not() -> None:
    users = (User("a", 15, False, Secret("x")), User("b", 14, False, Secret("x")))
    assert attended(local(*users), "a\rx\r")[1].endswith("Router#")
    assert attended(local(*users), "b\rx\r")[1].endswith("Router>")


def test_a_hash_that_cannot_be_checked_is_said() -> None:
    host = local(User("admin", 15, True, HASH))
    host.problem = "hashes of type 9 cannot be checked on this device"
    assert "% hashes of type 9 cannot be checked" in attended(host, "admin\rx\r")[1]


def test_what_is_typed_while_an_answer_is_held_back_waits() -> None:
    host = local(User("a", 15, False, Secret("right")))
    host.guard.failures = 5
    session, _ = attended(host, "a\rwrong\r\x03xyz")
    assert session.take_output() == b""
    assert session.deadline() == 1000 + 4000
    session.timeout(4999)
    assert session.take_output() == b""
    session.timeout(5000)
    assert session.take_output().endswith(b"Press RETURN to get started.\r\n"), "the Ctrl-C was heard first"
    assert host.guard.failures == 6


def test_enable_is_free_without_a_secret_and_asks_with_one() -> None:
    host = FakeHost()
    assert attended(host, "enable\r")[1].endswith("Router#")
    host.config.enable_secret = HASH
    session, _ = attended(host, "enable\rhashcat\r")
    session.answer(True, 1000)
    assert session.take_output().endswith(b"Router#")
