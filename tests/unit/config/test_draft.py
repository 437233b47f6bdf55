"""A draft: its mode, its block, and the secrets on a line."""

import pytest

from ezvpn.config.draft import Draft, Rejected
from ezvpn.config.grammar import Mode
from ezvpn.config.model import Config, EzvpnProfile

MODE = Mode("config", "", "", (("key [0|6]$type WORD$key", (), "key"),))


def test_enter_and_leave() -> None:
    draft = Draft(Config())
    assert (draft.mode, draft.block) == ("config", None)
    profile = EzvpnProfile("hq")
    draft.enter("config-crypto-ezvpn", profile)
    assert draft.profile() is profile


def test_a_type_before_the_secret_counts() -> None:
    draft = Draft(Config(), lambda text: b"opened " + text.encode())
    assert draft.secret(MODE.match("key 0 abc"), "key").reveal() == b"abc"
    assert draft.secret(MODE.match("key abc"), "key").reveal() == b"abc"
    assert draft.secret(MODE.match("key 6 abc"), "key").reveal() == b"opened abc"


def test_a_bad_secret_is_rejected_at_its_argument() -> None:
    with pytest.raises(Rejected) as fault:
        Draft(Config()).secret(MODE.match("key 6 abc"), "key")
    assert fault.value.args[1] == "key"


def test_type_7_is_taken_as_it_stands_and_said_so() -> None:
    mode = Mode("config", "", "", (("key SECRET$key", (), "key"),))
    match = mode.match("key 7 0822455D0A16")
    assert Draft(Config()).secret(match, "key").reveal() == b"7 0822455D0A16"
    assert "type 7 is not decoded" in match.warnings[0]
    assert "0822" not in match.warnings[0]
