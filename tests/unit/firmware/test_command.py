"""What a user of `ezvpn firmware` reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ezvpn_firmware import build, command
from ezvpn_firmware.trouble import Trouble


def test_an_unknown_target_is_an_error_that_names_those_there_are() -> None:
    done = CliRunner().invoke(command.app, ["build", "--binary", "riscv"])
    assert done.exit_code == 1
    assert done.stderr.startswith("ezvpn firmware: no such target: riscv. There are: x86_64, ")


def test_the_next_command_is_told_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*words: object) -> build.Built:
        raise Trouble("packages are missing: gcc", "sudo apt-get install gcc")

    monkeypatch.setattr(build, "build", fails)
    done = CliRunner().invoke(command.app, ["build", "--binary", "armhf"])
    assert done.exit_code == 1
    assert "Run this, then the same again:\n\n    sudo apt-get install gcc\n" in done.stderr


def test_a_binary_is_told_with_its_size_and_its_path(monkeypatch: pytest.MonkeyPatch) -> None:
    made = build.Built(Path("/cache/ezvpn-edge"), 600123, "ab" * 32, {"ezvpn/main.py": 300}, {}, True)
    monkeypatch.setattr(build, "build", lambda *words: made)
    done = CliRunner().invoke(command.app, ["build", "--binary", "armhf"])
    assert done.exit_code == 0
    assert "binary for armhf" in done.stdout and "600,123" in done.stdout
    assert done.stdout.endswith(f"sha256 {'ab' * 32}\n/cache/ezvpn-edge\n")


def test_one_that_is_too_large_fails_with_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    made = build.Built(Path("/cache/ezvpn-edge"), 700001, "ab" * 32, {"ezvpn/main.py": 10**6}, {}, True)
    monkeypatch.setattr(build, "build", lambda *words: made)
    done = CliRunner().invoke(command.app, ["build", "--binary", "armhf", "--accept"])
    assert done.exit_code == 1
    assert "binary for armhf" in done.stdout and "/cache" not in done.stdout
    assert "the binary for armhf has 700,001 bytes, 1 more than its limit. What grew: ezvpn +" in done.stderr
