"""Configurations that a command takes from a file: read, decoded and parsed as a whole, or not at all.

Level 4, pure. The bytes come from `Host.read`; what is done with the values is for the commands (`exec_config`, `exec_files`,
`exec_replace`).
"""

from ezvpn.config import text as config_text
from ezvpn.config.model import Config
from ezvpn.console.caller import Caller, Failed
from ezvpn.report.json_text import clean

STARTUP = "startup-config"
RUNNING = "running-config"
FLASH = "flash:"


def content(caller: Caller, name: str) -> bytes:
    """What stands in a file. Raises Failed."""
    problem, data = caller.host.read(name)
    if problem:
        raise Failed(clean(problem))
    return data


def text(caller: Caller, name: str) -> str:
    """The same as text. Raises Failed."""
    return decoded(content(caller, name), name)


def decoded(data: bytes, name: str) -> str:
    """A file's bytes as text. Raises Failed where they are none."""
    try:
        return config_text.decode(data)
    except config_text.NotText as fault:
        raise Failed(fault.show(name))


def named(name: str) -> str:
    """A file's name as `Host` knows it. Raises Failed for a file system that is not there."""
    if name in (RUNNING, STARTUP):
        return name
    if name.startswith("tftp:"):
        return name
    if name == FLASH or name == FLASH + "/":
        return FLASH
    if name.startswith(FLASH):
        return FLASH + name[len(FLASH) :].lstrip("/")
    for system, real in (("nvram:", STARTUP), ("system:", RUNNING)):
        if name == system + real:
            return real
    if ":" in name:
        raise Failed("There is no file system " + clean(name[: name.find(":") + 1]) + " here")
    return FLASH + name


def read(caller: Caller, name: str) -> Config:
    """A configuration to be compared with another; a line with an error is left out of it. Raises Failed."""
    return config_text.parse(text(caller, name), caller.host.unseal).config


def config(caller: Caller, data: bytes, name: str) -> Config:
    """A whole configuration; what is doubtful in it is printed. One with errors prints them with their lines, and raises
    Failed."""
    result = config_text.parse(decoded(data, name), caller.host.unseal)
    for problem in result.errors or result.warnings:
        for line in problem.show(name):
            caller.put(clean(line))
    if result.errors:
        raise Failed(name + " has errors; nothing was changed")
    return result.config
