"""`ezvpn replay TRACE`: re-run a recorded trace and print what happened. The same on both interpreters.

Level 5. Here: the words after `replay`, the files, what is printed and the exit code. The run itself is `flight.replay`.
"""

import sys

from ezvpn.compat import IS_MICROPYTHON
from ezvpn.console.debug import Clock, clock_text
from ezvpn.crypto.choose import best
from ezvpn.flight import telling
from ezvpn.flight.playback import Diverged
from ezvpn.flight.replay import Replay, Secrets, headless, runs
from ezvpn.flight.tape import BadTrace, Cell, Reader
from ezvpn.report.json_text import clean
from ezvpn.runtime.exits import CannotStart, Exit

_EPIPE = 32
USAGE = "Usage: ezvpn replay TRACE [--json] [--keys FILE]"
HELP = (
    USAGE
    + """

Run the core over a trace that `write trace` kept, and print its debug log and its states.

  --json       one JSON object for each call of the node
  --keys FILE  what `ezvpn run --record-keys FILE` wrote: real keys, real bytes

Exit codes: 0 the whole trace, and everything as it was recorded; 1 the trace is damaged or this version does something else;
2 wrong usage; 3 a file cannot be read.
Example: ezvpn exec write trace; ezvpn replay /var/lib/ezvpn/trace-20250325-151714.ezt"""
)


def main(words: "list[str]") -> int:
    """The words after `replay`; returns the exit code. What is wrong is said on stderr."""
    if "--help" in words or "-h" in words:
        print(HELP)
        return Exit.STOPPED
    try:
        path, keys_path, as_json = parse(words)
        data = _read(path)
        secrets = Secrets(_read(keys_path) if keys_path else None)
        if secrets.fault is not None and not secrets.bytes:
            raise CannotStart(Exit.MISSING, keys_path + ": " + secrets.fault.why.replace("trace", "file of keys"))
    except CannotStart as fault:
        _say(fault.text)
        return fault.code
    try:
        return replay(path, data, secrets, as_json)
    except OSError as error:
        if error.errno != _EPIPE:
            raise
        # Whoever read along has seen enough (`| head`); the interpreter need not try to write the rest at its end.
        if not IS_MICROPYTHON:
            sys.stdout = None
        return Exit.STOPPED


def parse(words: "list[str]") -> "tuple[str, str, bool]":
    """(TRACE, file of keys or "", as JSON). Raises `CannotStart` (exit 2)."""
    path = keys = ""
    as_json = False
    at = 0
    while at < len(words):
        word = words[at]
        at += 1
        if word == "--json":
            as_json = True
        elif word == "--keys" and at < len(words):
            keys = words[at]
            at += 1
        elif word.startswith("--keys=") and len(word) > 7:
            keys = word[7:]
        elif word.startswith("-"):
            what = "option --keys needs a value" if word == "--keys" else "no such option: " + word
            raise CannotStart(Exit.USAGE, what + "\n" + USAGE)
        elif path:
            raise CannotStart(
                Exit.USAGE, "one TRACE only, and '" + path + "' was given before '" + word + "'\n" + USAGE
            )
        else:
            path = word
    if not path:
        raise CannotStart(Exit.USAGE, "which trace? `ezvpn exec write trace` makes one\n" + USAGE)
    return path, keys, as_json


def replay(path: str, data: bytes, secrets: Secrets, as_json: bool) -> int:
    """Every run of a trace, as far as it is whole."""
    reader = Reader(data)
    cells = reader.cells()
    found = runs(cells)
    good = True
    lost = headless(cells)
    if lost and not as_json:
        print("--- the ring has lost the beginning of a run: its log lines only")
        for at, text in lost:
            print(clock_text(at) + ": " + clean(text))
    for i in range(len(found)):
        if len(found) > 1 and not as_json:
            print("--- run " + str(i + 1) + " of " + str(len(found)))
        # The keys are those of the last run: each start writes the file anew.
        good = _run(path, found[i], secrets if i == len(found) - 1 else Secrets(None), as_json) and good
    fault = reader.fault
    if fault is None and not found:
        fault = BadTrace(0, "the trace has no beginning that a replay could start from: what it has are log lines")
    if fault is not None:
        _say(path + ": at byte " + str(fault.offset) + ": " + fault.why)
        return Exit.CONFIGURATION
    return Exit.STOPPED if good else Exit.CONFIGURATION


def _run(path: str, cells: "list[Cell]", secrets: Secrets, as_json: bool) -> bool:
    count = 0
    try:
        run = Replay(cells, best(), secrets)
        while True:
            step = run.step()
            if step is None:
                break
            count += 1
            tunnels = run.node.tunnels(run.now)
            if as_json:
                print(telling.json(step, tunnels))
                continue
            wall, synced = run.node.time.wall(run.now)
            for line in telling.text(step, Clock(run.now, wall, synced), tunnels):
                print(line)
    except Diverged as fault:
        _say(path + ": at byte " + str(fault.offset) + ": the replay differs: " + fault.why)
        _say("a trace is replayed by the version of ezvpn that recorded it")
        return False
    if not as_json:
        print("--- " + str(count) + " calls of the node, all as recorded")
    return True


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise CannotStart(Exit.MISSING, path + ": cannot be read (error " + str(error.errno) + ")")


def _say(text: str) -> None:
    for line in text.split("\n"):
        print("ezvpn: " + line, file=sys.stderr)
