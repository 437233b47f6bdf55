r"""Plays a console transcript: keys in, exact bytes out. Runs on both interpreters.

A transcript is a text file, one instruction a line:

    # comment
    $ show clock\r          these keys are typed
    = log EZVPN_NOTE a b    something else happens; see `Player`
    | Router#               what comes out, exactly, since the instruction before: each line with CR LF at its end
    | Router#\              … a backslash at the end: without CR LF, more follows or nothing
    |                       (an empty line)

Escapes in both: \r \n \t \b \a \e \\ \xNN. Time stands still unless `= now MS` sets it.
"""

from doubles.host import CONFIG, FakeHost, servers, tunnel_up

from ezvpn.console.host import XauthPrompt
from ezvpn.console.probes import Progress
from ezvpn.console.shell import Session

_ESCAPES = {"r": "\r", "n": "\n", "t": "\t", "b": "\b", "a": "\a", "e": "\x1b", "\\": "\\"}


def decode(text):
    """The bytes that an escaped text means."""
    out = []
    i = 0
    while i < len(text):
        char = text[i]
        if char == "\\":
            i += 1
            if text[i] == "x":
                out.append(bytes([int(text[i + 1 : i + 3], 16)]))
                i += 2
            else:
                out.append(_ESCAPES[text[i]].encode())
        else:
            out.append(char.encode())
        i += 1
    return b"".join(out)


def encode(data):
    """Output as `|` lines, for messages and for writing new transcripts."""
    lines = []
    row = ""
    i = 0
    while i < len(data):
        if data[i : i + 2] == b"\r\n":
            lines.append("| " + row if row else "|")
            row = ""
            i += 2
            continue
        byte = data[i]
        i += 1
        if byte in b"\r\n\t\b\a\x1b\\":
            row += (
                "\\" + "rntba"["\r\n\t\b\a".find(chr(byte))]
                if byte not in b"\x1b\\"
                else ("\\e" if byte == 27 else "\\\\")
            )
        elif 0x20 <= byte < 0x7F:
            row += chr(byte)
        else:
            row += f"\\x{byte:02x}"
    if row:
        lines.append("| " + row + "\\")
    return lines


class Player:
    """One session on a FakeHost. `happen` lines:

    now MS · after MS (so much later, when a timer may be due) · wall MS · synced · calls (prints the host's calls)
    open [WIDTH] (a session without rights) · attend (the console line, as at the start of the device) · right, wrong (a password)
    break (on the serial line) · other LINE (another console types a line in configuration mode)
    log MNEMONIC ARG… · warning TEXT · problem TEXT · up · deleted (its ISAKMP SA ended) · xauth NAME FIELD,… [MESSAGE]
    stored ok|failed|WHY · file NAME CONTENT (escaped) · refuses WHY (nothing can be written) · fetched CONTENT, lost WHY (a file
    transfer ends) · progress LINE;TEXT;done or a problem (of a ping) · ntp (servers answer)
    """

    def __init__(self):
        self.host = FakeHost(CONFIG)
        self.now = 2**30 - 5000
        self.session = Session(self.host, 7, 80, True)
        self.extra = b""

    def output(self):
        out = bytes(self.session.take_output()) + self.extra
        self.extra = b""
        return out

    def happen(self, text):
        word, _, rest = (text + " ").partition(" ")
        rest = rest.strip()
        host = self.host
        if word == "now":
            self.now = int(rest)
        elif word == "open":
            self.session = Session(host, 7, int(rest or "80"))
        elif word == "log":
            words = rest.split(" ")
            host.log.add(self.now, words[0], *[argument(part) for part in words[1:]])
            self.session.refresh(self.now)
        elif word == "attend":
            self.session = Session(host, 7, 80, attended=True)
            self.session.start(self.now)
        elif word == "break":
            self.session.recover(self.now)
        elif word == "after":
            self.now += int(rest)
            self.session.timeout(self.now)
            self.session.refresh(self.now)
        elif word in ("right", "wrong"):
            self.session.answer(word == "right", self.now)
        elif word == "stored":
            self.session.answer({"ok": True, "failed": False}.get(rest, rest), self.now)
        elif word == "file":
            name, _, content = rest.partition(" ")
            host.stored[name] = decode(content)
        elif word == "fetched":
            self.session.answer(("", decode(rest)), self.now)
        elif word == "lost":
            self.session.answer((rest, b""), self.now)
        elif word == "refuses":
            host.refuses = rest
        elif word == "progress":
            lines, text, how = [part.replace("\\n", "\n") for part in (rest + ";;").split(";")][:3]
            done = how == "done"
            found = Progress([lines] if lines else [], text, done, "" if done else how)
            self.session.answer(found, self.now)
        elif word == "up":
            host.statuses = [tunnel_up("cisco")]
        elif word == "deleted":
            host.deleted = [tunnel_up("cisco").phase1]
        elif word == "wall":
            host.wall = int(rest) - self.now
        elif word == "ntp":
            host.servers = servers(self.now)
            host.source = "ntp"
        elif word == "synced":
            host.synced = True
        elif word == "xauth":
            name, fields, message = (rest + "  ").split(" ", 2)
            host.prompts[name] = XauthPrompt(tuple([int(field) for field in fields.split(",")]), message.strip())
        elif word == "problem":
            host.problem = rest
        elif word == "warning":
            host.warnings = [rest]
        elif word == "other":
            other = Session(host, 8, 80, True)
            other.feed(b"configure terminal\r" + rest.encode() + b"\rend\r", self.now)
        elif word == "calls":
            self.extra += b"".join([repr(call).encode() + b"\r\n" for call in host.calls])
            host.calls = []
        else:
            raise ValueError(text)

    def feed(self, keys):
        self.session.feed(keys, self.now)


def argument(word):
    """An argument of a log line: a number if it looks like one; _ stands for a blank, except in the names of IKE's states."""
    if word.lstrip("-").isdigit():
        return int(word)
    return word if word.startswith("IKE_") else word.replace("_", " ")


def steps(text):
    """[(line number, instruction, expected bytes)]; the first instruction is "" (what comes out at the start)."""
    found = [[0, "", b""]]
    rows = text.split("\n")
    for i in range(len(rows)):
        line = rows[i]
        if line[:2] in ("$ ", "= "):
            found.append([i + 1, line, b""])
        elif line.startswith("|"):
            row = line[2:]
            joined = row.endswith("\\") and not row.endswith("\\\\")
            found[-1][2] += decode(row[:-1] if joined else row) + (b"" if joined else b"\r\n")
        elif line and not line.startswith("#"):
            raise ValueError("line " + str(i + 1) + ": " + line)
    return found


def play(text):
    """[(line number, instruction, expected, got)] of all steps that differ."""
    player = Player()
    wrong = []
    for number, instruction, expected in steps(text):
        if instruction.startswith("$"):
            player.feed(decode(instruction[2:]))
        elif instruction:
            player.happen(instruction[2:])
        got = player.output()
        if got != expected:
            wrong.append((number, instruction, expected, got))
    return wrong


def record(text):
    """The same transcript with the output that comes now. Look at every line of it before you keep it."""
    player = Player()
    out = []
    pending = True
    for line in [""] + text.split("\n"):
        if line.startswith("|"):
            continue
        if line.startswith("$ "):
            player.feed(decode(line[2:]))
            pending = True
        elif line.startswith("= "):
            player.happen(line[2:])
            pending = True
        if line or len(out):
            out.append(line)
        if pending:
            out += encode(player.output())
            pending = False
    return "\n".join(out)
