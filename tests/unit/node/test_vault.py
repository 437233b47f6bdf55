"""The device key: made at first need, changed without losing what it sealed, and a file that cannot be used."""

import pytest
from doubles.flight import Files
from doubles.replay import Chance

from ezvpn.crypto.choose import best
from ezvpn.node.vault import FILE, Vault
from ezvpn.record import Secret


class Store(Files):
    problem = "the disk is full"


def vault(files: Store, seed: int = 3) -> Vault:
    return Vault(best(Chance(1)), files, Chance(seed))


def test_a_key_is_made_once_and_found_again():
    files = Store()
    first = vault(files)
    assert first.unseal("anything") is None
    assert files.content == {}
    assert first.ready() == first.ready() == ""
    assert files.writes == 1
    text = first.seal(b"sesame")
    assert vault(files, 4).unseal(text) == b"sesame"
    assert vault(Store()).unseal(text) is None


def test_a_new_key_seals_and_the_last_ones_open():
    files = Store()
    keys = vault(files)
    assert keys.ready() == ""
    old = keys.seal(b"sesame")
    assert keys.change(Secret("open-sesame")) == ""
    new = keys.seal(b"sesame")
    assert new != old
    for each in (keys, vault(files)):
        assert each.unseal(old) == each.unseal(new) == b"sesame"
        assert each.seal(b"sesame") == new
    for number in range(3):
        assert keys.change(Secret(f"word number {number}")) == ""
    assert keys.unseal(new) == b"sesame"
    assert keys.unseal(old) is None
    assert b"sesame" not in files.content[FILE]


def test_the_word_goes_into_the_key():
    texts = []
    for word in ("open-sesame", "Open-sesame"):
        keys = vault(Store())
        assert keys.change(Secret(word)) == ""
        texts.append(keys.seal(b"sesame"))
    assert texts[0] != texts[1]


def test_a_key_that_cannot_be_kept_is_not_used():
    files = Store()
    files.refuse = True
    keys = vault(files)
    assert keys.ready() == keys.change(Secret("open-sesame")) == "the disk is full"
    files.refuse = False
    assert keys.ready() == ""
    text = keys.seal(b"sesame")
    files.refuse = True
    assert keys.change(Secret("open-sesame")) == "the disk is full"
    assert keys.seal(b"sesame") == text


@pytest.mark.parametrize(
    "data",
    [b"", b"ezvpn device-key 1\n", b"ezvpn device-key 1\n" + b"0" * 64, b"other\n" + b"0" * 64 + b"\n"]
    + [b"ezvpn device-key 1\n" + key + b"\n" for key in (b"0" * 62, b"x" * 64, b"0" * 63)],
)
def test_a_damaged_file_is_never_written_over(data):
    files = Store()
    files.content[FILE] = data
    keys = vault(files)
    assert keys.unseal("x") is None
    for problem in (keys.ready(), keys.change(Secret("open-sesame"))):
        assert problem.startswith("device-key is damaged: restore it")
    assert files.content == {FILE: data}


def test_a_renewed_key_closes_for_good_what_the_old_ones_sealed():
    files = Store()
    keys = vault(files)
    assert keys.renew() == "" and files.content == {}, "where there was none, none is made"
    assert keys.ready() == ""
    text = keys.seal(b"sesame")
    assert keys.renew() == ""
    assert keys.unseal(text) is vault(files).unseal(text) is None
    assert vault(files).unseal(keys.seal(b"new")) == b"new"
