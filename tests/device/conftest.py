"""The crypto backend of the device binary, for the contract tests of unit/crypto: each call goes to a process that runs it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from doubles import device_binary
from unit.crypto.conftest import ike_vectors, primitives  # noqa: F401 fixtures

from ezvpn.crypto import port

ERRORS = {
    "Unsupported": port.Unsupported,
    "BadPublicValue": port.BadPublicValue,
    "ValueError": ValueError,
}


class Remote:
    """An object over there."""

    def __init__(self, server: subprocess.Popen[str], number: int = 0, lengths: tuple[int, ...] = ()) -> None:
        self._server = server
        self._number = number
        if lengths:
            self.icv_bytes, self.iv_bytes, self.block_bytes = lengths

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in ("hashes", "ciphers", "groups", "esp_ciphers", "esp_auths", "has_scrypt", "name"):
            return self._ask(name, ())
        return lambda *arguments: self._ask(name, arguments)

    def _ask(self, name: str, arguments: tuple[Any, ...]) -> Any:
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.write(json.dumps([self._number, name, [packed(each) for each in arguments]]) + "\n")
        self._server.stdin.flush()
        answer = json.loads(self._server.stdout.readline())
        if "error" in answer:
            kind, text = answer["error"]
            raise ERRORS.get(kind, RuntimeError)(text)
        for argument, written in zip(arguments, answer["written"], strict=True):
            if isinstance(argument, memoryview) and not argument.readonly:
                argument[:] = bytes.fromhex(written)
        return self._unpacked(answer["result"])

    def _unpacked(self, value: Any) -> Any:
        if isinstance(value, list):
            return tuple(self._unpacked(each) for each in value)
        if isinstance(value, dict) and "object" in value:
            return Remote(self._server, value["object"], tuple(value["lengths"]))
        if isinstance(value, dict):
            data = bytes.fromhex(value["hex"])
            return bytearray(data) if value["writable"] else data
        return value


def packed(value: Any) -> Any:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return {"hex": bytes(value).hex(), "view": isinstance(value, memoryview)}
    return value


@pytest.fixture(scope="session")
def backend() -> Iterator[Remote]:
    server = subprocess.Popen(
        device_binary.module("device.backend_server"),
        env=device_binary.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    yield Remote(server)
    assert server.stdin is not None
    server.stdin.close()
    assert server.wait(10) == 0
