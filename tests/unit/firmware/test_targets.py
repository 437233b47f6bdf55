"""The machines that a binary can be built for."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezvpn_firmware import targets
from ezvpn_firmware.trouble import Trouble


def test_the_targets_of_this_project() -> None:
    found = targets.read()
    assert [name for name in found if not found[name].checks] == ["x86_64", "armhf", "aarch64", "mipsel"]
    assert found["x86_64"].runner() == []
    assert found["armhf"].runner() == ["qemu-arm-static"]
    assert found["mipsel"].tool("strip") == "mipsel-linux-gnu-strip"


def test_an_unknown_target_is_told_with_those_there_are() -> None:
    with pytest.raises(Trouble, match="no such target: riscv. There are: x86_64, "):
        targets.of("riscv")


def test_a_row_that_lacks_something_is_named(tmp_path: Path) -> None:
    path = tmp_path / "targets.toml"
    path.write_text('[x]\ntriplet = "x"\n', encoding="utf-8")
    with pytest.raises(Trouble, match=r"targets\.toml: a target has no 'packages'"):
        targets.read(path)


def test_what_is_missing_are_the_compiler_and_the_emulator(monkeypatch: pytest.MonkeyPatch) -> None:
    target = targets.of("armhf")
    monkeypatch.setattr(targets.shutil, "which", lambda name: name if name in ("make", "python3") else None)
    assert targets.missing_packages(target) == [*target.packages, "qemu-user-static"]
    monkeypatch.setattr(targets.shutil, "which", lambda name: name)
    assert targets.missing_packages(target) == []


def test_without_root_the_command_to_run_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(targets.shutil, "which", lambda name: "/usr/bin/" + name)
    with pytest.raises(Trouble) as trouble:
        targets.install(["gcc"])
    assert trouble.value.command == ("sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends gcc'")
