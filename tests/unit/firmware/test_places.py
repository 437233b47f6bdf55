"""Where the cache is."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezvpn_firmware import places


def test_the_cache_follows_the_user_s_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert places.cache() == Path("/somewhere/ezvpn-edge")


@pytest.mark.parametrize("said", ["", "relative/is/ignored"])
def test_without_one_it_is_in_the_home(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    """XDG Base Directory Specification: "All paths set in these environment variables must be absolute"."""
    monkeypatch.setenv("XDG_CACHE_HOME", said)
    monkeypatch.setenv("HOME", "/elsewhere")
    assert places.cache() == Path("/elsewhere/.cache/ezvpn-edge")


def test_the_cache_is_outside_of_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert places.ROOT not in places.cache().parents
