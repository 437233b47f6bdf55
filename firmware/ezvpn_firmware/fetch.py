"""Getting the pinned sources with the ordinary apt client, in a configuration of its own.

Belongs here: download and unpacking. Not here: which files and checksums (`pins`). Nothing of the machine's own apt state
changes; the mirror is the one that the machine already uses for its own release.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

from ezvpn_firmware import pins
from ezvpn_firmware.places import cache
from ezvpn_firmware.trouble import Trouble

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_CONFIGURATION = """Dir::Etc::sourcelist "{home}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::lists "{home}/lists";
Dir::State::status "{home}/status";
Dir::Cache "{home}/cache";
Acquire::Languages "none";
APT::Sandbox::User "";
"""
_INDEX = re.compile(r"^'(\S+?)/dists/[^/']+/(?:In)?Release'")


def downloads() -> Path:
    return cache() / "downloads"


def missing(wanted: pins.Pins) -> list[pins.Pin]:
    """The sources that are not in the cache yet; those that are there are verified. Raises `Trouble`."""
    absent = []
    for pin in wanted.sources:
        path = downloads() / pin.file
        if path.is_file():
            pins.verify(pin, path)
        else:
            absent.append(pin)
    return absent


def download(wanted: pins.Pins, absent: list[pins.Pin]) -> None:
    """Fetch these sources and verify them. Raises `Trouble`."""
    if not shutil.which("apt-get"):
        names = ", ".join(pin.file for pin in absent)
        raise Trouble(
            f"there is no apt-get here to fetch {names} of Debian {wanted.suite}: put them into {downloads()}"
        )
    home = cache() / "apt"
    for folder in ("lists/partial", "cache/archives/partial"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    (home / "status").touch()
    (home / "sources.list").write_text(
        f"deb-src [signed-by={KEYRING}] {mirror()} {wanted.suite} main\n", encoding="utf-8"
    )
    (home / "apt.conf").write_text(_CONFIGURATION.format(home=home), encoding="utf-8")
    downloads().mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "APT_CONFIG": str(home / "apt.conf")}
    _apt(["apt-get", "-q", "update"], environment)
    _apt(["apt-get", "-q", "source", "--download-only", *(f"{pin.name}={pin.version}" for pin in absent)], environment)
    for pin in absent:
        path = downloads() / pin.file
        if not path.is_file():
            raise Trouble(f"apt-get did not bring {pin.file}: {pin.name} {pin.version} is no longer in {wanted.suite}")
        pins.verify(pin, path)


def mirror() -> str:
    """Where this machine gets its own packages from. Raises `Trouble`."""
    listed = subprocess.run(["apt-get", "--print-uris", "update"], capture_output=True, text=True, check=False).stdout
    for line in listed.splitlines():
        found = _INDEX.match(line)
        if found and "security" not in found.group(1):
            return found.group(1)
    raise Trouble("this machine's apt has no Debian mirror in its sources", "apt-get --print-uris update")


def unpack(pin: pins.Pin, into: Path) -> Path:
    """Unpack a source below `into`; returns its folder."""
    with tarfile.open(downloads() / pin.file) as archive:
        archive.extractall(into, filter="tar")
    return into / pin.folder


def _apt(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=downloads(), env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Trouble(f"{' '.join(command[:3])} failed:\n" + (done.stderr or done.stdout).strip()[-1500:])
