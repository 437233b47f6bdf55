"""`make soak`: a hundred years of devices on the virtual clock. Exit code 1 when something happened that must not.

    python -m soak [--years 100] [--seed WORD] [--jobs 2] [--only PROFILE/NUMBER] [--days N]

Runs in tests/. Everything follows from the seed: a violation prints what it needs to be seen again.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterable
from multiprocessing import Pool

from soak.shard import PROFILES, YEAR_DAYS, Profile, Result, run

Job = tuple[Profile, int, str, float, bool]
# The real crypto backend for a slice: shards of each profile, and their days.
REAL_SHARDS = 4
REAL_DAYS = 3.0


def jobs_of(years: float, seed: str) -> list[Job]:
    """Shards for so many years in all, in the proportion of `PROFILES`; those that take longest first."""
    total = sum(profile.years for profile in PROFILES)
    out: list[Job] = []
    for profile in PROFILES:
        wanted, number = profile.years * years / total, 0
        while wanted > 1e-9:
            part = min(wanted, profile.shard)
            out.append((profile, number, seed, part * YEAR_DAYS, False))
            wanted -= part
            number += 1
        for extra in range(REAL_SHARDS if years >= total else 1):
            out.append((profile, number + extra, seed, min(REAL_DAYS, years * YEAR_DAYS / 30), True))
    return out


def work(job: Job) -> Result:
    return run(*job)


def results(jobs: list[Job], processes: int) -> Iterable[Result]:
    if processes == 1:
        yield from map(work, jobs)
        return
    with Pool(processes, maxtasksperchild=1) as pool:
        yield from pool.imap_unordered(work, jobs)


def table(name: str, found: list[Result]) -> list[str]:
    """The figures of one profile."""
    figures = found[0].figures.__class__()
    for result in found:
        figures.add(result.figures)
    days, seconds = sum(result.days for result in found), sum(result.seconds for result in found)
    lines = [
        f"{name:>9}: {days / YEAR_DAYS:.2f} years in {seconds:.0f} s of CPU, {figures.probes:,} probe rounds"
        f" ({figures.probes / max(seconds, 0.001):,.0f}/s), {sum(result.sent for result in found):,} datagrams,"
        f" {figures.pairs:,} pairs",
        f"{'':>9}  {figures.outages:,} outages, {figures.failovers:,} failovers, {figures.deaths:,} dead peers,"
        f" {figures.reboots:,} reboots; at most {figures.objects:,} Python objects more than in the first month",
    ]
    lines += [
        f"{'':>9}  {kind:<13} longest {figures.longest[kind] / 1000:,.1f} s, its bound {figures.bound[kind] / 1000:,.0f} s"
        for kind in sorted(figures.longest)
    ]
    return lines


def report(result: Result, seed: str) -> list[str]:
    """A violation, and how to see it again."""
    real = " --real" if result.real else ""
    again = f"cd tests && ../.venv/bin/python -m soak --seed {seed} --only '{result.profile}/{result.number}'{real}"
    head = f"VIOLATION in {result.profile}/{result.number} (keepalive {result.keepalive}): {result.violation}"
    days = f" --days {result.days + 1:.0f}"
    return [head, "its last lines:", *("  " + line for line in result.log), f"again: {again}{days}"]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="soak", description="Years of devices on the virtual clock.")
    parser.add_argument("--years", type=float, default=100)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--jobs", type=int, default=min(os.cpu_count() or 1, 2))
    parser.add_argument("--only", metavar="PROFILE/NUMBER", help="one shard")
    parser.add_argument("--days", type=float, help="how long --only lives")
    parser.add_argument("--real", action="store_true", help="--only with the real crypto backend")
    options = parser.parse_args(argv)
    if options.only:
        name, _, number = options.only.rpartition("/")
        chosen = [profile for profile in PROFILES if profile.name == name]
        if not chosen or not number.isdigit():
            parser.error(f"--only wants one of {', '.join(profile.name for profile in PROFILES)}, a slash and a number")
        days = options.days or chosen[0].shard * YEAR_DAYS
        jobs: list[Job] = [(chosen[0], int(number), options.seed, days, options.real)]
    else:
        jobs = jobs_of(options.years, options.seed)
    began = time.monotonic()
    found: list[Result] = []
    for result in results(jobs, 1 if len(jobs) == 1 else options.jobs):
        found.append(result)
        if result.violation:
            print("\n".join(report(result, options.seed)), flush=True)
        elif len(jobs) > 1 and sys.stderr.isatty():
            print(f"\r{len(found)} of {len(jobs)} shards", end="", file=sys.stderr, flush=True)
    for profile in PROFILES:
        for label, real in ((profile.name, False), ("real", True)):
            part = [result for result in found if result.profile == profile.name and result.real == real]
            if part:
                print("\n".join(table(label, part)))
    happened: dict[str, int] = {}
    for result in found:
        for what, count in result.happened.items():
            happened[what] = happened.get(what, 0) + count
    print("mishaps: " + ", ".join(f"{what} {happened[what]:,}" for what in sorted(happened)))
    bad = [result for result in found if result.violation]
    years = sum(result.days for result in found) / YEAR_DAYS
    rounds = sum(result.figures.probes for result in found)
    print(
        f"soak: {years:.2f} years, {rounds:,} probe rounds, {len(bad)} violations, seed {options.seed}, {options.jobs} jobs,"
        f" {time.monotonic() - began:.0f} s"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
