"""All configuration modes in one place: their tables, prompts and parents, and the setter behind each action.

Level 3, pure. Files, the console, its help and completion, and the printed reference all come from these tables.
"""

from ezvpn.config import (
    commands_access_list,
    commands_archive,
    commands_crypto_map,
    commands_ezvpn,
    commands_global,
    commands_interface,
    commands_isakmp,
    commands_line,
    commands_mqtt,
    commands_ntp,
    commands_route,
    commands_security,
    kept,
)
from ezvpn.config.draft import Draft
from ezvpn.config.grammar import Mode
from ezvpn.config.match import Match

_EVERYWHERE = (
    ("end", ("Leave configuration",), "end"),
    ("exit", ("Leave this mode",), "exit"),
)

# name -> (prompt, parent, table)
_MODES = {
    "config": (
        "(config)#",
        "",
        commands_global.GLOBAL
        + commands_line.GLOBAL
        + commands_crypto_map.GLOBAL
        + commands_access_list.GLOBAL
        + commands_archive.GLOBAL
        + commands_security.GLOBAL
        + commands_ntp.GLOBAL
        + commands_route.GLOBAL,
    ),
    "config-archive": ("(config-archive)#", "config", commands_archive.ARCHIVE),
    "config-crypto-ezvpn": ("(config-crypto-ezvpn)#", "config", commands_ezvpn.EZVPN),
    "config-isakmp": ("(config-isakmp)#", "config", commands_isakmp.POLICY),
    "cfg-crypto-trans": ("(cfg-crypto-trans)#", "config", commands_isakmp.TRANSFORM_SET),
    "config-if": ("(config-if)#", "config", commands_interface.INTERFACE),
    "config-mqtt": ("(config-mqtt)#", "config", commands_mqtt.MQTT),
    "config-crypto-map": ("(config-crypto-map)#", "config", commands_crypto_map.ENTRY),
    "config-ext-nacl": ("(config-ext-nacl)#", "config", commands_access_list.EXTENDED),
    "config-std-nacl": ("(config-std-nacl)#", "config", ()),
    "config-line": ("(config-line)#", "config", ()),
    "config-line-console": ("(config-line)#", "config", commands_line.LINE),
}

# Tables of kept lines, tried when no table above takes a line, and never shown in help.
_KEPT = {
    "config": kept.GLOBAL,
    "config-if": kept.INTERFACE,
    "config-crypto-map": kept.CRYPTO_MAP,
    "config-std-nacl": kept.STANDARD_LIST,
    "config-line": kept.BLOCK,
    "config-line-console": kept.CONSOLE,
    "config-archive": kept.ARCHIVE,
}

_SETTERS = (
    commands_global.SETTERS,
    commands_ezvpn.SETTERS,
    commands_isakmp.SETTERS,
    commands_interface.SETTERS,
    commands_mqtt.SETTERS,
    commands_crypto_map.SETTERS,
    commands_access_list.SETTERS,
    commands_line.SETTERS,
    commands_archive.SETTERS,
    commands_security.SETTERS,
    commands_ntp.SETTERS,
    commands_route.SETTERS,
)


class Modes:
    """The configuration modes, each made on first use; what is compiled stays, so share one among sessions."""

    def __init__(self) -> None:
        self._made: "dict[str, Mode]" = {}
        self._kept: "dict[str, Mode]" = {}

    def mode(self, name: str) -> Mode:
        """The mode of this name: config, config-crypto-ezvpn, config-isakmp, cfg-crypto-trans, config-if, config-mqtt,
        config-crypto-map, config-ext-nacl, config-std-nacl, config-line, config-line-console, config-archive."""
        if name not in self._made:
            prompt, parent, table = _MODES[name]
            self._made[name] = Mode(name, prompt, parent, table + _EVERYWHERE)
        return self._made[name]

    def chain(self, name: str) -> "list[Mode]":
        """A mode and its parents, innermost first."""
        found = []
        while name:
            found.append(self.mode(name))
            name = found[-1].parent
        return found

    def kept(self, name: str) -> "Mode | None":
        """The table of lines that this mode keeps, if any."""
        if name not in self._kept and name in _KEPT:
            self._kept[name] = Mode(name, "", "", _KEPT[name])
        return self._kept.get(name)

    def names(self) -> "list[str]":
        """All modes, sorted (for the printed reference)."""
        return sorted(_MODES)


def run(action: str, draft: Draft, match: Match) -> None:
    """Do what a matched line says. Raises Rejected."""
    for setters in _SETTERS:
        if action in setters:
            setters[action](draft, match)
            return
    raise KeyError(action)  # a table names an action that nobody implements: our bug
