"""A draft: its mode, its block, and the secrets on a line."""

import pytest

from ezvpn.config.draft import Draft, Rejected
from ezvpn.config.grammar import Mode
from ezvpn.config.model import Config, EzvpnProfile
from ezvpn.config.secrets import Hashed

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


def test_a_hash_may_stand_for_a_password_where_it_can_be_checked() -> None:
    mode = Mode("config", "", "", (("secret SECRET$key", (), "secret"),))
    match = mode.match("secret 8 $8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk")
    made = Draft(Config(), None, ("8",)).password(match, "key")
    assert isinstance(made, Hashed) and made.kind == "8"
    with pytest.raises(Rejected, match="cannot be checked on this device"):
        Draft(Config(), None, ("5",)).password(match, "key")
    with pytest.raises(Rejected, match="no hash of type 8"):
        Draft(Config(), None, ("8",)).password(mode.match("secret 8 $8$x"), "key")
    assert not isinstance(Draft(Config()).password(mode.match("secret 8"), "key"), Hashed)
    assert not isinstance(Draft(Config()).password(mode.match("secret two words"), "key"), Hashed)
