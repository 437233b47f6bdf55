"""Why this run began: a word that each run leaves in the state directory, and what it means to the next one.

Level 4. Pure: the file is written by the order `store` and read by `main` before the node is made.
"""

RECORD = "lastrun"  # file of the state directory
RECORD_ID = -2  # nobody waits for the answer to this `store`

RELOAD = b"reload\n"
STOPPED = b"stopped\n"
_RUNNING = "running "


def running(boot: str) -> bytes:
    """What stands there while the program runs. boot: another word at each start of the machine, "" = not known."""
    return (_RUNNING + boot + "\n").encode()


def reason(record: bytes, boot: str) -> str:
    """The words behind `System returned to ROM by`. record: what the last run left, empty = nothing."""
    try:
        text = record.decode().strip()
    except UnicodeError:
        text = ""
    if not text:
        return "power-on"
    if text + "\n" == RELOAD.decode():
        return "reload"
    if text + "\n" == STOPPED.decode():
        return "start after an orderly stop"
    if not text.startswith(_RUNNING.strip()):
        return "unknown reason"
    before = text[len(_RUNNING) :]
    if not boot or not before:
        return "power-on or unexpected end of the program"
    # The machine has run on, so what ended was the program alone.
    return "unexpected end of the program" if before == boot else "power-on"
