"""Password hashes of IOS, on both backends.

SOURCE: the examples of hashcat for its modes 500 (type 5), 9200 (type 8) and 9300 (type 9), https://hashcat.net/wiki/doku.php?id=example_hashes;
their password is `hashcat`. RFC 7914 12 has the first vector of scrypt.
"""

import pytest

from ezvpn.crypto import ios_hash
from ezvpn.crypto.backend_cpython import Backend
from ezvpn.crypto.port import Crypto, Unsupported
from ezvpn.record import Secret

EXAMPLES = {
    "5": "$1$28772684$iEwNOgGugqO9.bIz5sk8k/",
    "8": "$8$TnGX/fE4KGHOVU$pEhnEvxrvaynpi8j4f.EMHr6M.FzU8xnZnBr/tJdFWk",
    "9": "$9$2MJBozw/9R3UsU$2lFhcKvpghcyw8deP25GOfyZaagyUOGBymkryvOdfo6",
}


def worked_out(job: ios_hash.Derivation) -> str:
    for _ in range(101):
        found = job.step()
        if found:
            return found
    raise AssertionError("no end")


@pytest.mark.parametrize("kind", ["5", "8", "9"])
def test_the_examples(kind: str) -> None:
    crypto = Backend()
    assert ios_hash.well_formed(kind, EXAMPLES[kind])
    right = ios_hash.against(crypto, kind, Secret(EXAMPLES[kind]), Secret("hashcat"))
    wrong = ios_hash.against(crypto, kind, Secret(EXAMPLES[kind]), Secret("hashcats"))
    assert worked_out(right) == EXAMPLES[kind]
    assert worked_out(wrong) != EXAMPLES[kind]


def test_a_new_hash_is_checked_by_its_own_salt() -> None:
    crypto = Backend()
    salt = ios_hash.salt_of(bytes(range(60, 74)))
    assert salt == "wxyz./01234567" and ios_hash.salt_of(bytes(14)) == "." * 14
    text = worked_out(ios_hash.Derivation(crypto, "8", salt, Secret("größe")))
    assert ios_hash.well_formed("8", text)
    assert worked_out(ios_hash.against(crypto, "8", Secret(text), Secret("größe"))) == text


def test_scrypt() -> None:
    # SOURCE: RFC 7914 12: scrypt (P="", S="", N=16, r=1, p=1, dklen=64)
    assert (
        Backend()
        .scrypt(b"", b"", 16, 1, 1, 64)
        .hex()
        .startswith("77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3f")
    )
    with pytest.raises(Unsupported):
        Crypto().scrypt(b"", b"", 16, 1, 1, 64)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("8", ""),
        ("8", "$8$"),
        ("8", EXAMPLES["9"]),
        ("8", EXAMPLES["8"][:-1]),
        ("8", EXAMPLES["8"] + "x"),
        ("8", EXAMPLES["8"].replace("/", "*")),
        ("5", "$1$toolongasalt$iEwNOgGugqO9.bIz5sk8k/"),
        ("5", "$1$$iEwNOgGugqO9.bIz5sk8k/"),
    ],
)
def test_what_is_no_hash(kind: str, text: str) -> None:
    assert not ios_hash.well_formed(kind, text)


def test_a_backend_without_the_primitive_says_so() -> None:
    class Small(Crypto):
        hashes = ("sha256",)

    for kind in ("5", "9"):
        with pytest.raises(Unsupported, match="type " + kind):
            ios_hash.against(Small(), kind, Secret(EXAMPLES[kind]), Secret("x"))
