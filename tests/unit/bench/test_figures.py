"""Reading /proc and making figures of samples."""

from __future__ import annotations

import os

import pytest
from figures import GREEN, RED, TICKS, Figure, cpu_s, memory_kb, table, voluntary_switches

SMAPS = """\
5580c0000000-5580c0021000 r-xp 00000000 fe:00 1201                       /usr/sbin/vpnc
Size:                132 kB
Rss:                 100 kB
Pss:                  50 kB
Pss_Dirty:             0 kB
VmFlags: rd ex mr mw me
7f10c0000000-7f10c0155000 r-xp 00026000 fe:00 2710                       /usr/lib/x86_64-linux-gnu/libc.so.6
Size:               1364 kB
Rss:                 900 kB
Pss:                  30 kB
7f10c0400000-7f10c0425000 r-xp 00001000 fe:00 2700                       /usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2
Rss:                 140 kB
Pss:                   4 kB
7f10c0600000-7f10c0700000 r--p 00001000 fe:00 2800                       /usr/lib/x86_64-linux-gnu/libcrypto.so.3
Rss:                 400 kB
Pss:                 100 kB
5580c1000000-5580c1021000 rw-p 00000000 00:00 0                          [heap]
Rss:                  60 kB
Pss:                  60 kB
"""


def test_memory_counts_the_program_in_full_and_libc_in_part() -> None:
    assert memory_kb(SMAPS) == 100 + 30 + 4 + 400 + 60


def test_memory_of_a_real_process_lies_between_its_pss_and_its_rss() -> None:
    with open("/proc/self/smaps", encoding="ascii") as file:
        smaps = file.read()
    sums = {
        word: sum(int(line.split()[1]) for line in smaps.splitlines() if line.startswith(word))
        for word in ("Rss:", "Pss:")
    }
    assert sums["Pss:"] <= memory_kb(smaps) <= sums["Rss:"]


def test_cpu_time_is_found_behind_any_name() -> None:
    stat = "77 (a ) strange (name) S 1 77 77 0 -1 4194560 100 0 0 0 250 50 9999 9999 20 0 1 0 5000 10 20"
    assert cpu_s(stat) == pytest.approx(300 / TICKS)


def test_voluntary_switches_only_grow() -> None:
    before = voluntary_switches(os.getpid())
    assert 0 <= before <= voluntary_switches(os.getpid())


def two_remotes() -> Figure:
    figure = Figure("start_ms", "start", 1)
    for ours, other in ((10, 20), (30, 20), (40, 100)):
        figure.add("ours", ours)
        figure.add("other", other)
    return figure


def test_a_ratio_is_the_median_of_the_pairs() -> None:
    # 0.5, 1.5 and 0.4; the medians alone would say 30 : 20.
    assert two_remotes().ratio("ours", "other") == 0.5
    assert two_remotes().median("ours") == 30


def test_runs_that_are_no_pairs_are_refused() -> None:
    figure = two_remotes()
    figure.add("ours", 1)
    with pytest.raises(ValueError):
        figure.ratio("ours", "other")


def test_the_json_form_holds_every_sample() -> None:
    assert two_remotes().to_json(["ours", "other"]) == {
        "title": "start",
        "less_is_better": True,
        "medians": {"ours": 30, "other": 20},
        "ratios": {"other": 0.5},
        "samples": {"ours": [10, 30, 40], "other": [20, 20, 100]},
    }


def test_the_table_lines_up_and_colours_what_is_better() -> None:
    slower = Figure("mbit", "TCP Mbit/s", 0, less_is_better=False)
    slower.add("ours", 100)
    slower.add("other", 200)
    plain = table([two_remotes(), slower], ["ours", "other"], colour=False).split("\n")
    assert len({len(line) for line in plain}) == 1
    assert plain[1].split() == ["start", "30.0", "20.0", "0.50"]
    assert plain[2].split() == ["TCP", "Mbit/s", "100", "200", "0.50"]
    coloured = table([two_remotes(), slower], ["ours", "other"], colour=True).split("\n")
    assert GREEN in coloured[1] and RED not in coloured[1]
    assert RED in coloured[2] and GREEN not in coloured[2]
