"""A lab without root: run a program again as root of user, mount, network and process namespaces of its own.

    python -m ezvpn_hil.lab.rootless PROGRAM ARGUMENT …

Belongs here: entering them. Not here: the lab, which doesn't notice. Everything in there ends with the program: its
processes, namespaces and files (/run is a private tmpfs, /etc a private overlay).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import NoReturn

# A lab writes below /run (network namespaces, run directories) and /etc/netns; /tmp stays the user's.
# Kernels before 5.11 allow no overlay here; the lab then does without /etc/netns.
PREPARE = """
mount -t tmpfs tmpfs /run && mkdir /run/etc /run/etc-work || exit 3
if mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/etc,workdir=/run/etc-work /etc 2>/dev/null; then
  mkdir -p /etc/netns && mount -t tmpfs tmpfs /etc/netns || exit 3
fi
ip link set lo up || exit 3
exec "$@"
"""
UNSHARE = (
    "unshare",
    "--user",
    "--map-root-user",
    "--net",
    "--mount",
    "--pid",
    "--fork",
    "--kill-child",
    "--mount-proc",
)


def needed() -> bool:
    return os.geteuid() != 0


def possible() -> str:
    """Empty where the kernel lets this user make namespaces, else why not."""
    try:
        done = subprocess.run(command(["true"]), capture_output=True, text=True)
    except FileNotFoundError:
        return "the program unshare is missing: run apt-get install -y util-linux"
    return "" if done.returncode == 0 else done.stderr.strip() or f"unshare ended with {done.returncode}"


def command(argv: Sequence[str]) -> list[str]:
    """The words that run argv in there."""
    return [*UNSHARE, "sh", "-c", PREPARE, "sh", *argv]


def enter(argv: Sequence[str]) -> NoReturn:
    """Become `command(argv)`; doesn't return."""
    os.execvp(UNSHARE[0], command(argv))


if __name__ == "__main__":
    if reason := possible():
        raise SystemExit(f"no namespaces without root here: {reason}")
    enter(sys.argv[1:])
