"""Runs a script under MicroPython, with the agent and the test doubles on its path."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = Path(sys.executable).with_name("micropython")


def environment() -> "dict[str, str]":
    return {**os.environ, "MICROPYPATH": f"{ROOT / 'agent'}:{ROOT / 'tests'}:.frozen"}


def run(script: str, *arguments: str, seconds: float = 20) -> str:
    """Run `script`; returns what it printed. Fails with its output if it raised."""
    done = subprocess.run(
        [PROGRAM, "-c", script, *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=seconds,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
