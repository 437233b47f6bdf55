"""The pinned sources: what is in the cache, and what is fetched."""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from ezvpn_firmware import fetch, pins
from ezvpn_firmware.trouble import Trouble


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "ezvpn-edge/downloads").mkdir(parents=True)
    return tmp_path / "ezvpn-edge"


def archive() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as made:
        member = tarfile.TarInfo("musl-1/README")
        member.size = 5
        made.addfile(member, io.BytesIO(b"hello"))
    return out.getvalue()


def pin_of(data: bytes) -> pins.Pin:
    return pins.Pin("musl", "1-1", "musl.tar.gz", hashlib.sha256(data).hexdigest(), "musl-1")


def test_what_is_in_the_cache_is_not_fetched(cache: Path) -> None:
    data = archive()
    wanted = pins.Pins("trixie", (pin_of(data),))
    assert fetch.missing(wanted) == [wanted.sources[0]]
    (cache / "downloads/musl.tar.gz").write_bytes(data)
    assert fetch.missing(wanted) == []
    folder = fetch.unpack(wanted.sources[0], cache / "sources")
    assert (folder / "README").read_bytes() == b"hello"


def test_a_damaged_file_in_the_cache_is_told(cache: Path) -> None:
    (cache / "downloads/musl.tar.gz").write_bytes(b"half")
    with pytest.raises(Trouble, match="is not the pinned source"):
        fetch.missing(pins.Pins("trixie", (pin_of(b"whole"),)))


def test_a_machine_without_apt_is_told_where_to_put_the_file(monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    monkeypatch.setattr(fetch.shutil, "which", lambda name: None)
    wanted = pins.Pins("trixie", (pin_of(b""),))
    with pytest.raises(Trouble, match=f"put them into {cache}/downloads"):
        fetch.download(wanted, list(wanted.sources))


def test_the_mirror_is_the_machine_s_own_and_no_security_archive(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = (
        "'http://mirror.example/debian-security/dists/bookworm-security/InRelease' a 0 \n"
        "'http://mirror.example/debian/dists/bookworm/InRelease' b 0 \n"
    )

    class Done:
        stdout = listed

    monkeypatch.setattr(fetch.subprocess, "run", lambda *args, **options: Done)
    assert fetch.mirror() == "http://mirror.example/debian"
    Done.stdout = ""
    with pytest.raises(Trouble, match="no Debian mirror"):
        fetch.mirror()
