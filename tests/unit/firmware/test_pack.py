"""The packed part of a binary: an executable made here by hand, packed, and read back."""

from __future__ import annotations

import struct
import zlib

import pytest

from ezvpn_firmware import pack
from ezvpn_firmware.elf import PT_LOAD, SHT_SYMTAB, Elf
from ezvpn_firmware.trouble import Trouble

TEXT_AT, COLD_AT = 0x400000, 0x20000000
GAP = bytes(500)  # up to a page that is not shared
GROUP_0, GROUP_1 = b"names " * 300, b"console " * 700


def linked(wide: bool, order: str = "<", cold_first: bool = False) -> bytes:
    """An executable with a segment of text, which holds `ezvpn_packed`, one for ezcold, symbols and section names."""
    word = "Q" if wide else "I"
    head = struct.calcsize(order + "16sHHI" + word * 3 + "IHHHHHH")
    text = bytes(8 * (8 if wide else 4))
    cold = GROUP_0 + GAP + GROUP_1
    texts = b"\0ezcold\0.symtab\0.strtab\0ezvpn_packed\0ezvpn_group_0\0ezvpn_group_0_end\0ezvpn_group_1\0ezvpn_group_1_end\0"

    def at(name: bytes) -> int:
        return texts.index(name + b"\0")

    symbols = b""
    for name, value in (
        (b"ezvpn_packed", TEXT_AT),
        (b"ezvpn_group_0", COLD_AT),
        (b"ezvpn_group_0_end", COLD_AT + len(GROUP_0)),
        (b"ezvpn_group_1", COLD_AT + len(GROUP_0 + GAP)),
        (b"ezvpn_group_1_end", COLD_AT + len(cold)),
    ):
        row = (at(name), 0, 0, 1, value, 0) if wide else (at(name), value, 0, 0, 0, 1)
        symbols += struct.pack(order + ("IBBHQQ" if wide else "IIIBBH"), *row)
    segment_size = struct.calcsize(order + ("IIQQQQQQ" if wide else "IIIIIIII"))
    offsets = [head + 2 * segment_size]
    for part in (text, cold, symbols, texts):
        offsets.append(offsets[-1] + len(part))

    def segment(offset: int, address: int, size: int) -> bytes:
        row = (PT_LOAD, 4, offset, address, address, size, size, 4096)
        if not wide:
            row = (PT_LOAD, offset, address, address, size, size, 4, 4096)
        return struct.pack(order + ("IIQQQQQQ" if wide else "IIIIIIII"), *row)

    def section(name: bytes, type: int, address: int, number: int, link: int = 0) -> bytes:
        form = order + ("IIQQQQIIQQ" if wide else "IIIIIIIIII")
        size = offsets[number + 1] - offsets[number]
        return struct.pack(form, at(name), type, 0, address, offsets[number], size, link, 0, 0, 0)

    sections = (
        section(b"ezcold", 1, COLD_AT, 1) + section(b".symtab", SHT_SYMTAB, 0, 2, 2) + section(b".strtab", 3, 0, 3)
    )
    segments = [segment(offsets[0], TEXT_AT, len(text)), segment(offsets[1], COLD_AT, len(cold))]
    if cold_first:
        segments[0] = segment(offsets[1] + 1, COLD_AT + 0x10000000, len(text))
    magic = b"\x7fELF" + bytes((2 if wide else 1, 1 if order == "<" else 2, 1)) + bytes(9)
    fields = (magic, 2, 62, 1, TEXT_AT, head, offsets[4], 0, head, segment_size, 2, len(sections) // 3, 3, 2)
    header = struct.pack(order + "16sHHI" + word * 3 + "IHHHHHH", *fields)
    return header + b"".join(segments) + text + cold + symbols + texts + sections


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_packed_group_is_where_its_words_say(wide: bool, order: str) -> None:
    file = linked(wide, order)
    packed = pack.pack(file, file, 2)
    assert len(packed) < len(file)
    elf = Elf(packed)
    assert elf.sections() == []
    text, cold = elf.segments()
    width = 8 if wide else 4
    words = struct.unpack_from(order + ("Q" if wide else "I") * 8, packed, text.offset)
    assert text.filesz == 8 * width
    for (at, length, to, size), (raw, address) in zip(
        (words[:4], words[4:]), ((GROUP_0, COLD_AT), (GROUP_1, COLD_AT + len(GROUP_0 + GAP))), strict=True
    ):
        assert (to, size) == (address, len(raw))
        start = cold.offset + at - cold.vaddr
        assert zlib.decompress(packed[start : start + length], -15) == raw
    # Behind the place where all is unpacked to, at the address that its place in the file asks for.
    assert cold.vaddr >= COLD_AT + len(GROUP_0 + GAP + GROUP_1) and cold.vaddr % 4096 == cold.offset % 4096


def test_a_binary_that_was_linked_in_another_order_is_refused() -> None:
    file = linked(True, cold_first=True)
    with pytest.raises(Trouble, match="ezcold is not the last thing in the linked binary"):
        pack.pack(file, file, 2)


def test_the_layout_has_the_groups_in_order_on_pages_of_their_own() -> None:
    text = pack.layout(["start", "console"])
    parts = [
        ". = ALIGN(0x10000);",
        "ezvpn_group_0",
        "ezcold.start",
        "ezvpn_group_0_end",
        ". = ALIGN",
        "ezvpn_group_1",
        "ezcold.console",
        "ezvpn_group_1_end",
    ]
    at = 0
    for part in parts:
        at = text.index(part, at) + 1
