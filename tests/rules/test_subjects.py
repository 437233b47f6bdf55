"""Every commit says where and what."""

from __future__ import annotations

import subprocess

import pytest

from .commit_subject import fault_of
from .source import ROOT, told


def test_subjects_of_the_log() -> None:
    log = subprocess.run(["git", "-C", str(ROOT), "log", "--format=%h %s"], capture_output=True, text=True, check=False)
    if log.returncode:
        pytest.skip("no git history here (a release archive)")
    faults = []
    for line in log.stdout.splitlines():
        commit, _, subject = line.partition(" ")
        fault = fault_of(subject)
        if fault:
            faults.append(f"{commit} {subject}: {fault}")
    assert not faults, told(faults)


@pytest.mark.parametrize(
    "subject",
    ["ike/dpd: Send the verdict once per silence.", "make: Go.", "wire/sa, wire/isakmp: Read.", "Merge branch 'x'"],
)
def test_a_good_subject(subject: str) -> None:
    assert fault_of(subject) == ""


@pytest.mark.parametrize(
    "subject", ["", "Fix.", "ike/dpd: send.", "ike/dpd: Send", "ike/dpd:Send.", "ike: " + "A" * 120 + "."]
)
def test_a_bad_subject(subject: str) -> None:
    assert fault_of(subject)
