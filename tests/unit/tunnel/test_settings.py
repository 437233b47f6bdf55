"""What is missing to connect, in words to type; comparing credentials without showing them."""

import pytest

from ezvpn.record import Secret

from .scene import settings


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, ""),
        ({"peers": ()}, "`peer ADDRESS`"),
        ({"group": ""}, "`group NAME key KEY`"),
        ({"key": None}, "`group NAME key KEY`"),
        ({"phase1": ()}, "phase 1 proposal"),
        ({"esp": ()}, "ESP proposal"),
        ({"mode": "network-extension"}, "inside interface"),
    ],
)
def test_what_is_missing(fields, words):
    found = settings(**fields).missing()
    assert words in found if words else found == ""


def test_credentials_compare_by_content():
    assert settings().same_credentials(settings())
    assert not settings().same_credentials(settings(username="bob"))
    assert not settings().same_credentials(settings(password=Secret("x")))
    assert not settings().same_credentials(settings(password=None))
    assert settings(password=None).same_credentials(settings(password=None))


def test_no_secret_in_its_repr():
    assert "secret" not in repr(settings()).replace("<secret>", "")
