"""Processes are ended exactly: those written down, whatever state they are in, and never one that only has the number."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ezvpn_hil.lab.processes import Processes, environment, frozen, listening, start_time, wait_until

DEAF = "import signal,time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint(1, flush=True)\ntime.sleep(60)"


def test_started_processes_are_found_by_another_record_of_the_same_file(tmp_path: Path) -> None:
    ours = Processes(tmp_path / "p")
    child = ours.start("sleeper", ["sleep", "60"], subprocess.DEVNULL)
    assert Processes(tmp_path / "p").alive() == [("sleeper", child.pid)]
    ours.end([child.pid])
    assert ours.alive() == []
    assert ours.pid("sleeper") is None


def test_a_number_used_again_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "p").write_text(json.dumps({"name": "x", "pid": os.getpid(), "start": "1"}) + "\n")
    assert Processes(tmp_path / "p").alive() == []


def test_half_a_line_of_a_killed_writer_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "p").write_text('{"name": "x", "pi')
    assert Processes(tmp_path / "p").alive() == []


def test_frozen_process_is_ended(tmp_path: Path) -> None:
    ours = Processes(tmp_path / "p")
    child = ours.start("sleeper", ["sleep", "60"], subprocess.DEVNULL)
    os.kill(child.pid, signal.SIGSTOP)
    assert wait_until(lambda: frozen(child.pid), 2)
    ours.end([child.pid])
    assert child.returncode == -signal.SIGTERM


def test_deaf_process_is_killed_after_its_grace(tmp_path: Path) -> None:
    from ezvpn_hil.lab.processes import end

    child = subprocess.Popen([sys.executable, "-c", DEAF], stdout=subprocess.PIPE)
    assert child.stdout is not None and child.stdout.readline()
    end([child.pid], grace_s=0.05)
    assert child.wait(2) == -signal.SIGKILL


def test_start_time_of_nobody_is_none() -> None:
    assert start_time(2**22 + 1) is None
    assert not frozen(2**22 + 1)


def test_our_own_namespace_does_not_count_as_listening() -> None:
    assert not listening(os.getpid(), "tcp", 1)


def test_daemons_are_found_with_the_path_of_a_plain_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/usr/bin:/usr/sbin:/bin")
    found = environment({"A": "1"})
    assert found["PATH"] == "/usr/bin:/usr/sbin:/bin:/usr/local/sbin:/sbin"
    assert found["A"] == "1"
