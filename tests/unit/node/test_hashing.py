"""Hashes between datagrams: checked, made, and put in the place of plain passwords."""

from ezvpn.config.secrets import Hashed, Sealed
from ezvpn.config.text import parse, to_text
from ezvpn.crypto.backend_cpython import Backend
from ezvpn.node.hashing import Hashing, hashed, kinds, plain_passwords
from ezvpn.record import Secret

EXAMPLE = Hashed("8", "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk")


def run(hashing: Hashing) -> int:
    """Steps until nothing is left to do."""
    steps = 0
    while hashing.deadline() is not None:
        hashing.timeout(5000)
        steps += 1
    return steps


def test_one_after_the_other_a_step_at_a_time() -> None:
    hashing = Hashing(Backend(), lambda count: bytes(count))
    told: "list[object]" = []
    hashing.check(EXAMPLE, Secret("hashcat"), lambda right, now: told.append((right, now)))
    hashing.check(EXAMPLE, Secret("other"), lambda right, now: told.append(right))
    hashing.make(Secret("hashcat"), lambda made, now: told.append(made.reveal()[:18]))
    assert run(hashing) == 300
    assert told == [(True, 5000), False, b"$8$..............$"]
    hashing.timeout(5000)


def test_salts_are_drawn_past_the_recorder() -> None:
    class Recorded:
        def unrecorded(self, count: int) -> bytes:
            return bytes(count)

    Hashing(Backend(), Recorded()).make(Secret("x"), None)


def test_only_passwords_that_are_checked_are_hashed() -> None:
    config = parse(
        "enable secret one\nenable password two\nusername a secret three\nusername b password four\n"
        "username c secret 8 " + EXAMPLE.reveal().decode() + "\n"
    ).config
    plain = plain_passwords(config)
    assert [secret.reveal() for secret in plain] == [b"one", b"three"]
    for secret in plain:
        config = hashed(config, secret, EXAMPLE)
    assert plain_passwords(config) == []
    text = to_text(config)
    assert "one" not in text.split("password")[0] and text.count("$8$") == 3
    assert "password two" in text and "password four" in text
    config.enable_secret = Sealed("abc")
    assert plain_passwords(config) == []


def test_kinds_follow_the_backend() -> None:
    assert kinds(Backend()) == ("5", "8", "9")

    class Small(Backend):
        hashes = ("sha256",)
        has_scrypt = False

    small = Small()
    small.hashes = ("sha256",)
    assert kinds(small) == ("8",)
