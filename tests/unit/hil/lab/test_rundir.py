"""Run directories: found again by anybody, private, and known to be orphaned when their owner is gone."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ezvpn_hil.lab import rundir
from ezvpn_hil.lab.plan import Gateway


@pytest.fixture(autouse=True)
def private_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EZVPN_LAB_DIR", str(tmp_path / "labs"))
    return tmp_path / "labs"


def test_created_found_and_removed(private_place: Path) -> None:
    run = rundir.create((Gateway(),), True, "wan", False, [])
    assert run.owner is not None and run.owner[0] == os.getpid()
    assert not run.orphaned()
    assert rundir.all_run_dirs() == [run]
    assert (run.path.stat().st_mode & 0o777) == 0o700
    run.remove()
    assert rundir.all_run_dirs() == []
    assert not private_place.exists()


def test_a_lab_that_stays_has_no_owner() -> None:
    run = rundir.create((Gateway(),), True, "wan", True, [])
    assert run.owner is None and not run.orphaned()


def test_owner_that_is_gone_makes_an_orphan() -> None:
    run = rundir.create((Gateway(),), True, "wan", False, [])
    file = run.path / rundir.PLAN_FILE
    file.write_text(json.dumps({**json.loads(file.read_text()), "owner": [os.getpid(), "1"]}))
    assert [found.orphaned() for found in rundir.all_run_dirs()] == [True]


def test_bad_options_leave_no_directory(private_place: Path) -> None:
    with pytest.raises(ValueError, match="gateways"):
        rundir.create((), True, "wan", False, [])
    assert not private_place.exists()


def test_unreadable_plan_is_passed_over(private_place: Path) -> None:
    (private_place / "ezbad0").mkdir(parents=True)
    (private_place / "ezbad0" / rundir.PLAN_FILE).write_text("{")
    assert rundir.all_run_dirs() == []


def test_names_in_use_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["0001", "0002"])
    monkeypatch.setattr("secrets.token_hex", lambda n: next(drawn))
    assert rundir.create((Gateway(),), True, "wan", False, ["ez0001-wan"]).name == "ez0002"
