"""What a router image is for: the `image` part of `board/NAME/board.json`, read and checked.

Belongs here: facts that the builder needs. Not here: those that the agent reads on the device (`ezvpn.runtime.boards`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from ezvpn_firmware.places import BOARDS
from ezvpn_firmware.trouble import Trouble


@dataclass(frozen=True)
class Board:
    """name: the folder · target: of the binary, a row of targets.toml · arch: as the kernel's makefiles call it · kernel: which
    file they shall make · data_kb: size of the partition for configuration and traces."""

    name: str
    target: str
    arch: str
    kernel: str
    data_kb: int


def names() -> list[str]:
    """The boards that an image can be built for."""
    return sorted(path.parent.name for path in BOARDS.glob("*/board.json") if (path.parent / "kernel.config").is_file())


def of(name: str) -> Board:
    """Raises `Trouble`: no such board, or what is wrong in its facts."""
    if name not in names():
        raise Trouble(f"no such board: {name}. Images can be built for: {', '.join(names())}")
    try:
        facts = json.loads((BOARDS / name / "board.json").read_text(encoding="utf-8"))["image"]
        return Board(name, str(facts["target"]), str(facts["arch"]), str(facts["kernel"]), int(facts["data_kb"]))
    except (OSError, ValueError, TypeError) as error:
        raise Trouble(f"board/{name}/board.json: {error}") from error
    except KeyError as error:
        raise Trouble(f"board/{name}/board.json: image has no {error}") from error
