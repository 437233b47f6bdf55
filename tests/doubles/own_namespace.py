"""Runs a script of either interpreter in a network namespace of its own, in which the script has all rights."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def run(script: str, micropython: bool, seconds: float = 30) -> "list[str]":
    """The lines that it printed. Fails with its output if it raised."""
    interpreter = Path(sys.executable).with_name("micropython") if micropython else Path(sys.executable)
    environment = {**os.environ, "MICROPYPATH": f"{ROOT / 'agent'}:.frozen"}
    done = subprocess.run(
        [*_unshare(), str(interpreter), "-c", script],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()


def run_file(script: Path, *words: str, seconds: float = 60) -> str:
    """The last line that a script for CPython printed. Fails with its output if it raised."""
    command = [*_unshare(), sys.executable, str(script), *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.splitlines()[-1]


def _unshare() -> "list[str]":
    return ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-Urn"]
