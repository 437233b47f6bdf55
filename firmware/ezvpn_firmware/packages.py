"""Packages for routers that have a system: Debian's .deb and OpenWrt's .ipk around the device binary.

Belongs here: which file lies where, and both formats. Not here: the binary (`build`), what the files say (firmware/package).

- deb(5): an ar archive of debian-binary, control.tar and data.tar.
- An ipk is a gzipped tar of three members like those, ./debian-binary, ./control.tar.gz and ./data.tar.gz: what opkg reads.

The same binary gives the same bytes: owners, times and the order of members say nothing.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import tarfile
from dataclasses import dataclass
from pathlib import Path

from ezvpn.version import VERSION
from ezvpn_firmware.build import EPOCH
from ezvpn_firmware.places import FIRMWARE
from ezvpn_firmware.trouble import Trouble

PACKAGE = FIRMWARE / "package"
NAME = "ezvpn-edge"
# architecture of a package -> target of the binary
DEB = {"amd64": "x86_64", "arm64": "aarch64", "armhf": "armhf"}
# OpenWrt names an architecture by its processor; these are what our targets' flags suit.
IPK = {
    "x86_64": "x86_64",
    "aarch64_generic": "aarch64",
    "arm_cortex-a7_neon-vfpv4": "armhf",
    "mipsel_24kc": "mipsel",
}
FORMATS = {"deb": DEB, "ipk": IPK}

_DESCRIPTION = "Easy VPN remote: IKEv1, XAUTH, dead peer detection, IOS console, MQTT reports"
_DEB_POSTINST = """#!/bin/sh
set -e
if [ "$1" = configure ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload
fi
"""
_DEB_PRERM = """#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
    systemctl disable --now ezvpn-edge.service || true
fi
"""
_DEB_POSTRM = """#!/bin/sh
set -e
if [ "$1" = purge ]; then
    rm -rf /var/lib/ezvpn
fi
if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
fi
"""


@dataclass(frozen=True)
class File:
    """One file of a package: where it lies, without the first slash; what it holds; its mode."""

    path: str
    data: bytes
    mode: int = 0o644


def target_of(kind: str, architecture: str) -> str:
    """Which binary a package wants. Raises `Trouble` with what there is."""
    if kind not in FORMATS:
        raise Trouble(f"no such package: {kind}. There are: {', '.join(FORMATS)}")
    known = FORMATS[kind]
    if architecture not in known:
        raise Trouble(f"no {kind} for {architecture}. There are: {', '.join(known)}")
    return known[architecture]


def make(kind: str, architecture: str, binary: bytes, into: Path) -> Path:
    """Write the package below a folder and return its path. Raises `Trouble`."""
    target_of(kind, architecture)
    files = _common(binary) + (_debian() if kind == "deb" else _openwrt())
    made = (deb if kind == "deb" else ipk)(architecture, files)
    into.mkdir(parents=True, exist_ok=True)
    path = into / f"{NAME}_{VERSION}-1_{architecture}.{kind}"
    path.write_bytes(made)
    return path


def deb(architecture: str, files: list[File]) -> bytes:
    """A .deb of these files."""
    control = [
        File("control", _control(architecture, files, "Priority: optional\n")),
        File("md5sums", "".join(f"{_md5(file.data)}  {file.path}\n" for file in files).encode()),
        File("postinst", _DEB_POSTINST.encode(), 0o755),
        File("postrm", _DEB_POSTRM.encode(), 0o755),
        File("prerm", _DEB_PRERM.encode(), 0o755),
    ]
    members = [
        ("debian-binary", b"2.0\n"),
        ("control.tar.gz", _packed(control)),
        ("data.tar.gz", _packed(files)),
    ]
    return b"!<arch>\n" + b"".join(_ar_member(name, data) for name, data in members)


def ipk(architecture: str, files: list[File]) -> bytes:
    """An .ipk of these files."""
    kept = [file.path for file in files if file.path.startswith("etc/config/")]
    control = [
        File("control", _control(architecture, files, "Depends: libc, kmod-tun\nLicense: MIT\n")),
        File("conffiles", "".join(f"/{path}\n" for path in kept).encode()),
    ]
    return _packed(
        [
            File("debian-binary", b"2.0\n"),
            File("data.tar.gz", _packed(files)),
            File("control.tar.gz", _packed(control)),
        ]
    )


def _common(binary: bytes) -> list[File]:
    documents = [
        File(f"usr/share/doc/{NAME}/{name}", (PACKAGE / name).read_bytes()) for name in ("README.md", "example.conf")
    ]
    return [File(f"usr/sbin/{NAME}", binary, 0o755), *documents]


def _debian() -> list[File]:
    licence = (FIRMWARE.parent / "LICENSE").read_bytes()
    return [
        File("lib/systemd/system/ezvpn-edge.service", (PACKAGE / "ezvpn-edge.service").read_bytes()),
        File(f"usr/share/doc/{NAME}/copyright", licence),
    ]


def _openwrt() -> list[File]:
    folder = PACKAGE / "openwrt" / "files"
    return [
        File("etc/init.d/ezvpn-edge", (folder / "ezvpn-edge.init").read_bytes(), 0o755),
        File("etc/config/ezvpn-edge", (folder / "ezvpn-edge.config").read_bytes()),
        File("etc/uci-defaults/90-ezvpn-edge", (folder / "ezvpn-edge.defaults").read_bytes(), 0o755),
    ]


def _control(architecture: str, files: list[File], more: str) -> bytes:
    kilobytes = sum((len(file.data) + 1023) // 1024 for file in files)
    return (
        f"Package: {NAME}\nVersion: {VERSION}-1\nArchitecture: {architecture}\n"
        f"Maintainer: {NAME} <root@localhost>\nInstalled-Size: {kilobytes}\nSection: net\n{more}"
        f"Description: {_DESCRIPTION}\n"
    ).encode()


def _packed(files: list[File]) -> bytes:
    """A gzipped tar of files and the folders above them, all root's."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.GNU_FORMAT) as archive:
        seen: set[str] = set()
        _add(archive, "./", None, 0o755)
        for file in sorted(files, key=lambda file: file.path):
            parts = file.path.split("/")
            for depth in range(1, len(parts)):
                folder = "/".join(parts[:depth])
                if folder not in seen:
                    seen.add(folder)
                    _add(archive, f"./{folder}/", None, 0o755)
            _add(archive, f"./{file.path}", file.data, file.mode)
    return gzip.compress(plain.getvalue(), 9, mtime=0)


def _add(archive: tarfile.TarFile, name: str, data: bytes | None, mode: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.mtime, entry.mode, entry.uname, entry.gname = int(EPOCH), mode, "root", "root"
    if data is None:
        entry.type = tarfile.DIRTYPE
        archive.addfile(entry)
        return
    entry.size = len(data)
    archive.addfile(entry, io.BytesIO(data))


def _ar_member(name: str, data: bytes) -> bytes:
    header = f"{name:<16}{EPOCH:<12}{0:<6}{0:<6}{'100644':<8}{len(data):<10}`\n"
    return header.encode() + data + (b"\n" if len(data) % 2 else b"")


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
