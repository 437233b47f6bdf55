"""The Debian package in a bare Debian of its own: installed, run, removed."""

from __future__ import annotations

import platform
import shutil
import subprocess
from pathlib import Path

import pytest

from ezvpn.version import VERSION
from ezvpn_firmware import build, fetch, packages, targets

ARCHITECTURE = {target: name for name, target in packages.DEB.items()}


@pytest.mark.timeout(900)
def test_a_deb_is_installed_run_and_removed(tmp_path: Path) -> None:
    target = targets.of(platform.machine())
    binary = build.build(target, print).path.read_bytes()
    package = packages.make("deb", ARCHITECTURE[target.name], binary, tmp_path)
    root = tmp_path / "root"
    words = ["debootstrap", "--variant=minbase", "bookworm", str(root), fetch.mirror()]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    shutil.copy(package, root / "package.deb")

    def inside(*words: str) -> str:
        done = subprocess.run(["chroot", str(root), *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    inside("dpkg", "--install", "/package.deb")
    assert inside("ezvpn-edge", "version") == f"ezvpn {VERSION}\n"
    assert inside("dpkg", "--verify", "ezvpn-edge") == ""
    inside("dpkg", "--purge", "ezvpn-edge")
    assert not (root / "usr" / "sbin" / "ezvpn-edge").exists()
    assert not (root / "lib" / "systemd" / "system" / "ezvpn-edge.service").exists()
