"""What /proc says becomes numbers, and a machine without it says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezvpn.dataplane.port import KernelError
from ezvpn.machine import FIVE_MINUTES_MS, FIVE_SECONDS_MS
from ezvpn.runtime.machine import LinuxMachine

STAT = "312 (a) b (c) S 1 312 312 0 -1 4194560 900 0 0 0 {} {} 0 0 20 0 1 0 5000 1000000 500 18446744073709551615\n"
STATUS = "Name:\tezvpn\nVmHWM:\t   27200 kB\nVmRSS:\t   27096 kB\nvoluntary_ctxt_switches:\t1200\n"
MEMINFO = "MemTotal:         126976 kB\nMemFree:           50000 kB\nMemAvailable:      98304 kB\n"
ROLLUP = "00400000-7fff00000000 ---p 00000000 00:00 0    [rollup]\nRss:               27096 kB\nPss:               21051 kB\n"


class Kernel:
    def transact(self, request: bytes) -> list[bytes]:
        return [request]


def proc(tmp_path: Path, user: int = 420, system: int = 85) -> str:
    (tmp_path / "self").mkdir(exist_ok=True)
    (tmp_path / "sys/kernel/random").mkdir(parents=True, exist_ok=True)
    (tmp_path / "self/stat").write_text(STAT.format(user, system))
    (tmp_path / "self/status").write_text(STATUS)
    (tmp_path / "self/smaps_rollup").write_text(ROLLUP)
    (tmp_path / "meminfo").write_text(MEMINFO)
    (tmp_path / "sys/kernel/random/boot_id").write_text("c0ffee\n")
    return str(tmp_path) + "/"


def test_memory_flash_and_cpu_time(tmp_path: Path) -> None:
    machine = LinuxMachine(None, str(tmp_path), proc(tmp_path))
    found = machine.usage(1000)
    assert (found.pid, found.switches) == (312, 1200)
    assert (found.total_kb, found.free_kb) == (126976, 98304)
    assert (found.resident_kb, found.shared_kb, found.peak_kb) == (27096, 21051, 27200)
    assert found.samples[-1].user_ms == 4200
    assert found.samples[-1].system_ms == 850
    assert found.flash_total_kb is not None and found.flash_free_kb is not None
    assert 0 < found.flash_free_kb <= found.flash_total_kb
    assert machine.boot() == "c0ffee"


def test_a_machine_without_proc_says_nothing(tmp_path: Path) -> None:
    machine = LinuxMachine(None, str(tmp_path / "none"), str(tmp_path / "none") + "/")
    found = machine.usage(1000)
    assert found.samples == []
    assert {getattr(found, name) for name in found._fields if name != "samples"} == {None}
    assert machine.boot() == ""


def test_samples_reach_back_five_minutes_and_are_few(tmp_path: Path) -> None:
    machine = LinuxMachine(None, str(tmp_path), proc(tmp_path))
    for second in range(1001):
        proc(tmp_path, second * 50, 0)  # half a processor
        machine.sample(second * 1000)
    found = machine.usage(1_000_000)
    assert len(found.samples) <= 64
    assert found.samples[0].at < 1_000_000 - FIVE_SECONDS_MS
    assert 49 <= found.busy(FIVE_SECONDS_MS)[0] <= 51


def test_minutes_apart_the_last_five_are_kept(tmp_path: Path) -> None:
    machine = LinuxMachine(None, str(tmp_path), proc(tmp_path))
    for minute in range(20):
        machine.sample(minute * 60_000)
    found = machine.usage(19 * 60_000 + 1)
    assert found.samples[0].at <= 19 * 60_000 - FIVE_MINUTES_MS
    assert len(found.samples) <= 8


def test_netlink_is_asked_or_missed(tmp_path: Path) -> None:
    assert LinuxMachine(Kernel(), str(tmp_path)).transact(b"x") == [b"x"]
    with pytest.raises(KernelError, match="no netlink"):
        LinuxMachine(None, str(tmp_path)).transact(b"x")
