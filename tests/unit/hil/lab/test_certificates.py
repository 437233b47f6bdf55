"""The broker's certificates, judged by openssl."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ezvpn_hil.lab.certificates import make_all


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("certificates")
    make_all(made, ("localhost",), ("198.51.100.4",))
    return made


@pytest.mark.parametrize(
    ("authority", "name", "good"), [("ca", "server", 1), ("ca", "client", 1), ("wrong-ca", "server", 0)]
)
def test_openssl_verifies(folder: Path, authority: str, name: str, good: int) -> None:
    argv = ["openssl", "verify", "-CAfile", f"{folder}/{authority}.pem", f"{folder}/{name}.pem"]
    assert (subprocess.run(argv, capture_output=True).returncode == 0) == bool(good)


def test_server_names_its_hosts(folder: Path) -> None:
    argv = ["openssl", "x509", "-in", f"{folder}/server.pem", "-noout", "-ext", "subjectAltName"]
    said = subprocess.run(argv, capture_output=True, text=True).stdout
    assert "DNS:localhost" in said and "IP Address:198.51.100.4" in said


def test_keys_are_private_and_der_is_there(folder: Path) -> None:
    assert (folder / "server-key.pem").stat().st_mode & 0o077 == 0
    assert (folder / "ca.der").read_bytes()[:1] == b"\x30"
