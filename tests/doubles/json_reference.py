"""The reference of all JSON answers, docs/json.md, out of the answers themselves.

cd tests && ../.venv/bin/python -m doubles.json_reference > ../docs/json.md
"""

from __future__ import annotations

import json
from typing import Any

from doubles.host import ARGUMENTS, STORED, FakeHost, servers, tunnel_down, tunnel_up

from ezvpn.console.exec_show import SHOW, SHOW_PRIVILEGED
from ezvpn.console.shell import Session
from ezvpn.ike.params import EspTransform
from ezvpn.machine import Usage

NOW = 2**30 - 5000
WALL = 1017069434131

# With something for every key that a configuration can fill.
CONFIG = """hostname Router
crypto isakmp policy 10
 encryption aes 256
 hash sha
 authentication pre-share
 group 5
crypto isakmp key sesame-key address 10.2.80.209
crypto isakmp key sesame-key hostname gw.example.net
crypto ipsec transform-set strong esp-aes 256 esp-sha-hmac
crypto ipsec client ezvpn cisco
 connect manual
 group branch key sesame-key
 mode client
 peer 100.1.1.4
 username ipsecuser password open-sesame
crypto map test 1 ipsec-isakmp
 set peer 10.2.80.209
 set transform-set strong
 match address 101
crypto map test 2 ipsec-isakmp
 description another
 set peer gw.example.net default
 set pfs group14
 set security-association lifetime kilobytes disable
 match address nowhere
access-list 101 permit ip 10.1.0.0 0.0.255.255 10.2.0.0 0.0.255.255
interface Ethernet0/0
 crypto ipsec client ezvpn cisco outside
interface FastEthernet0
 crypto map test
"""

HEAD = """# JSON answers

Every `show` has a twin: `show … json`, or `show … | json`. It is one line, an object, with the facts that the text shows.
This page is made from the answers of the program; a test compares the two.

- `schema_version` is 1 in every answer. It grows when a key changes its meaning or goes; new keys may come at any time.
- A key is never left out: what is not known, or is not there, is `null`. Keys keep their order.
- `…_ms` are milliseconds of boot time, the scale of `up_ms`, unless the key tells of a span (`rtt_ms`, `delay_ms`, `offset_ms`,
  `runtime_ms`). `…_s` are seconds, `…_kb` kilobytes of 1024. `time` is RFC 3339 in UTC, `null` while no time is known.
- Addresses are dotted text, SPIs and cookies hexadecimal text. Names are those of the configuration.
- `*` stands for any name: a table of counters. Nothing secret has a key here.
- A command that cannot be done answers with a line that begins with `%`; `ezvpn exec` then ends with 1.
"""


class Silent(FakeHost):
    """A machine that tells nothing of itself, before anything happened."""

    def usage(self, now: int) -> Usage:
        return Usage()


class Small(FakeHost):
    """An interpreter with a heap of a fixed size."""

    def usage(self, now: int) -> Usage:
        found = super().usage(now)
        found.heap_used, found.heap_free, found.heap_peak = 700_000, 300_000, 800_000
        return found


def hosts() -> "list[FakeHost]":
    """Devices in all states, so that every key shows all kinds of values that it has."""
    up = FakeHost(CONFIG, STORED)
    beside = tunnel_up("beside")
    beside.beside = (tunnel_up("x").phase1,)
    beside.next_try, beside.dpd_rtt_ms = NOW + 1000, 12
    mapped = tunnel_up("test-1")
    mapped.children[0].pfs_group = 14
    mapped.children[0].transform = EspTransform("aes-gcm", 256, "")
    assigned = beside.config
    assert assigned is not None
    assigned.dns, assigned.wins = (b"\x0a\0\0\x01",), (b"\x0a\0\0\x02",)
    assigned.split_exclude = assigned.split_include
    assigned.split_dns, assigned.backup_servers = ("corp.example",), ("vpn2.example",)
    assigned.save_password = assigned.pfs = True
    up.statuses = [tunnel_up("cisco"), beside, mapped, tunnel_down("spare")]
    up.deleted = [tunnel_up("x").phase1]
    up.wall, up.synced, up.servers, up.cleared = WALL - NOW, True, servers(NOW), NOW - 1000
    up.log.add(NOW, "EZVPN_NOTE", "cisco", "hello")
    down = Small(stored=STORED)
    down.log.add(NOW, "EZVPN_NOTE", "cisco", "hello")
    silent = Silent("hostname Router\n", STORED)
    silent.statuses = []
    return [up, down, silent]


def commands() -> "list[str]":
    """Every `show` without what is optional, one for each word of a choice, sorted."""
    return sorted([words for words, _ in _commands()])


def _commands() -> "list[tuple[str, str]]":
    found: list[tuple[str, str]] = []
    for grammar, _, _ in SHOW + SHOW_PRIVILEGED:
        words = grammar.split(" [")[0]
        before, brace, rest = words.partition("{")
        if not brace:
            found.append((words, grammar))
            continue
        choice, _, _ = rest.partition("}")
        found += [(before + word, grammar) for word in choice.split("|")]
    return found


def kinds(command: str) -> "dict[str, list[str]]":
    """Path of a key -> the kinds of its values, in the order of the answer."""
    found: dict[str, list[str]] = {}
    for host in hosts():
        line = " ".join([ARGUMENTS.get(word, word) for word in command.split(" ")])
        code, text = Session(host, 0, privileged=True).execute(
            line + (" json" if _has_word(command) else " | json"), NOW
        )
        if code:
            assert text.startswith("% There is no "), text
            continue
        _walk(json.loads(text), "", found)
    return found


def _walk(value: Any, path: str, found: "dict[str, list[str]]") -> None:
    if isinstance(value, dict) and path != "sections[].answer":
        free = [key for key in value if " " in key]
        for key in value:
            _walk(value[key], (path + "." if path else "") + ("*" if free else key), found)
        return
    if isinstance(value, list):
        found.setdefault(path + "[]", [])
        for each in value:
            _walk(each, path + "[]", found)
        return
    kind = {bool: "true or false", int: "number", str: "text", dict: "object"}.get(type(value), "null")
    known = found.setdefault(path, [])
    if kind not in known:
        known.append(kind)


def document() -> str:
    """The whole page."""
    out = [HEAD]
    for command in commands():
        found = kinds(command)
        rows = []
        for path in sorted(found, key=lambda each: _place(each, list(found))):
            told = _told(path, found)
            if told:
                rows.append(f"| `{path}` | {told} |")
        out.append(f"## `{heading(command)}`\n\n| key | value |\n|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(out)


def heading(command: str) -> str:
    """The command as somebody types it, with a pipe where it has no word `json`."""
    words = [word.partition("$")[0] for word in command.split(" ")]
    return " ".join(words) + (" json" if _has_word(command) else " | json")


def _has_word(command: str) -> bool:
    """Whether the grammar of a command takes `json` as its last word."""
    return command in [words for words, grammar in _commands() if "[json]" in grammar]


def _place(path: str, paths: "list[str]") -> "list[int]":
    """Where a key stands: behind the object that it is in, whichever of them came first."""
    found = []
    for at in [i for i, character in enumerate(path) if character in ".["] + [len(path)]:
        outer = path[:at]
        found.append(
            min(i for i, each in enumerate(paths) if each == outer or each.startswith((outer + ".", outer + "[")))
        )
    return found


def _told(path: str, found: "dict[str, list[str]]") -> str:
    """What the value of a key is; "" for a key whose row another one replaces."""
    words = found[path]
    inside = [each for each in found if each.startswith(path + ".")]
    if path.endswith("[]"):
        if inside or path[:-2] in found:
            return ""  # told by the keys of its objects, or by the row of a list that may be null
        return " or ".join(words) or "text"
    if path + "[]" in found:
        return "list of " + (" or ".join(found[path + "[]"]) or "objects") + " or null"
    ordered = [word for word in words if word != "null"] + [word for word in words if word == "null"]
    return ("object or " if inside else "") + " or ".join(ordered)


if __name__ == "__main__":
    print(document(), end="")
