"""Packages: what Debian's own program and a reader of tar see in them."""

from __future__ import annotations

import gzip
import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from ezvpn.version import VERSION
from ezvpn_firmware import packages, targets
from ezvpn_firmware.trouble import Trouble

BINARY = b"\x7fELF and more"


def names(data: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return archive.getnames()


@pytest.mark.parametrize("architecture", packages.DEB)
def test_dpkg_takes_a_deb(architecture: str, tmp_path: Path) -> None:
    path = packages.make("deb", architecture, BINARY, tmp_path)
    info = subprocess.run(["dpkg-deb", "--info", str(path)], capture_output=True, text=True, check=True).stdout
    assert f"Architecture: {architecture}" in info
    assert f"Version: {VERSION}-1" in info
    subprocess.run(["dpkg-deb", "--extract", str(path), str(tmp_path / "root")], check=True)
    program = tmp_path / "root" / "usr" / "sbin" / "ezvpn-edge"
    assert program.read_bytes() == BINARY
    assert program.stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "root" / "lib" / "systemd" / "system" / "ezvpn-edge.service").is_file()
    listed = subprocess.run(["dpkg-deb", "--contents", str(path)], capture_output=True, text=True, check=True).stdout
    assert all(" root/root " in line for line in listed.splitlines())


@pytest.mark.parametrize("architecture", packages.IPK)
def test_an_ipk_is_three_members_in_a_gzipped_tar(architecture: str, tmp_path: Path) -> None:
    outer = gzip.decompress(packages.make("ipk", architecture, BINARY, tmp_path).read_bytes())
    assert sorted(name for name in names(outer) if name != ".") == [
        "./control.tar.gz", "./data.tar.gz", "./debian-binary",
    ]  # fmt: skip
    with tarfile.open(fileobj=io.BytesIO(outer)) as archive:
        member = {name: archive.extractfile(name) for name in ("./debian-binary", "./control.tar.gz", "./data.tar.gz")}
        read = {name: file.read() for name, file in member.items() if file is not None}
    assert read["./debian-binary"] == b"2.0\n"
    assert {"./control", "./conffiles"} <= set(names(read["./control.tar.gz"]))
    assert {"./usr/sbin/ezvpn-edge", "./etc/init.d/ezvpn-edge"} <= set(names(read["./data.tar.gz"]))
    with tarfile.open(fileobj=io.BytesIO(read["./control.tar.gz"])) as archive:
        control = archive.extractfile("./control")
        assert control is not None
        fields = dict(line.split(": ", 1) for line in control.read().decode().splitlines())
    assert {"Package", "Version", "Architecture", "Depends", "Description"} <= set(fields)
    assert fields["Architecture"] == architecture


@pytest.mark.parametrize("kind", packages.FORMATS)
def test_the_same_binary_makes_the_same_package(kind: str, tmp_path: Path) -> None:
    architecture = next(iter(packages.FORMATS[kind]))
    first = packages.make(kind, architecture, BINARY, tmp_path / "1").read_bytes()
    assert packages.make(kind, architecture, BINARY, tmp_path / "2").read_bytes() == first


def test_every_architecture_has_a_target() -> None:
    known = targets.read()
    assert all(target in known for table in packages.FORMATS.values() for target in table.values())


@pytest.mark.parametrize(("kind", "architecture", "why"), [("rpm", "x", "deb, ipk"), ("deb", "mips", "amd64, arm64")])
def test_what_there_is_not_is_said(kind: str, architecture: str, why: str) -> None:
    with pytest.raises(Trouble) as trouble:
        packages.target_of(kind, architecture)
    assert why in trouble.value.what


def test_openwrts_makefile_has_our_version() -> None:
    assert f"PKG_VERSION:={VERSION}\n" in (packages.PACKAGE / "openwrt" / "Makefile").read_text(encoding="utf-8")


def test_the_example_is_a_configuration() -> None:
    from ezvpn.config.text import parse

    assert parse((packages.PACKAGE / "example.conf").read_text(encoding="utf-8")).errors == []
