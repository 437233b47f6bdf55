"""The inflater of the device binary, under the sanitizers: what zlib deflates comes back, and a damaged file is refused."""

from __future__ import annotations

import random
import subprocess
import zlib
from pathlib import Path

import pytest

from ezvpn_firmware.pack import deflated
from ezvpn_firmware.places import PORT

HERE = Path(__file__).parent
CHECKS = ("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
CHANCE = random.Random(1951)
TEXT = (HERE / "test_pack.py").read_bytes()
PLAINS = {
    "nothing": b"",
    "a byte": b"x",
    "text": TEXT * 3,
    "noise": CHANCE.randbytes(70000),
    "runs": b"a" * 1000 + b"ab" * 5000 + bytes(40000),
    "many symbols": bytes(CHANCE.choices(range(256), [2 ** (i % 17) for i in range(256)], k=60000)),
}


@pytest.fixture(scope="module")
def inflater(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("inflate") / "inflate"
    command = ["gcc", *CHECKS, f"-I{PORT}", str(PORT / "inflate.c"), str(HERE / "inflate_main.c"), "-o", str(out)]
    subprocess.run(command, check=True)
    return out


def inflated(program: Path, data: bytes, size: int) -> bytes | None:
    done = subprocess.run([program, str(size)], input=data, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr.decode()
    return done.stdout if done.returncode == 0 else None


@pytest.mark.parametrize("name", PLAINS)
@pytest.mark.parametrize("level", [0, 1, 9])
@pytest.mark.parametrize("strategy", [zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED, zlib.Z_HUFFMAN_ONLY])
def test_what_was_deflated_comes_back(inflater: Path, name: str, level: int, strategy: int) -> None:
    squeeze = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
    data = squeeze.compress(PLAINS[name]) + squeeze.flush()
    assert inflated(inflater, data, len(PLAINS[name])) == PLAINS[name]


def test_another_size_is_refused(inflater: Path) -> None:
    data = deflated(TEXT)
    assert inflated(inflater, data, len(TEXT) - 1) is None
    assert inflated(inflater, data, len(TEXT) + 1) is None
    assert inflated(inflater, data[:-8], len(TEXT)) is None
    assert inflated(inflater, b"", 0) is None


def test_damage_is_refused_or_harmless(inflater: Path) -> None:
    data = deflated(TEXT)
    for _ in range(150):
        damaged = bytearray(data)
        for _ in range(CHANCE.choice((1, 1, 4))):
            damaged[CHANCE.randrange(CHANCE.choice((100, len(data))))] ^= 1 << CHANCE.randrange(8)
        inflated(inflater, bytes(damaged), len(TEXT))
