"""Takes the packed modules out of a linked binary and puts them back deflated (firmware/port/cold.c unpacks them).

Belongs here: what moves where. Not here: the file format (`elf`). The section `ezcold` is the only one of its segment, the
last of the file and the highest in memory. Its bytes are replaced by their deflated form, mapped right behind the place they came
from.
"""

from __future__ import annotations

import zlib

from ezvpn_firmware.elf import PT_LOAD, Elf
from ezvpn_firmware.trouble import Trouble

SECTION = "ezcold"
SYMBOL = "ezvpn_packed"
BEGIN, END = "ezvpn_group_{}", "ezvpn_group_{}_end"  # of each group
_LAYOUT = """/* What is packed comes last in memory, far from everything else, in groups on pages of their own: see cold.c.
   EDGE_COLD is given by the target. */
SECTIONS
{{
  ezcold EDGE_COLD :
  {{
{groups}
  }}
}}
INSERT AFTER .bss;
"""


def layout(groups: list[str]) -> str:
    """The linker's script that puts each group's data, section ezcold.NAME, where `pack` looks for it."""
    lines = [
        f"    . = ALIGN(0x10000);\n    {BEGIN.format(number)} = .;\n    KEEP(*(ezcold.{name}))\n    {END.format(number)} = .;"
        for number, name in enumerate(groups)
    ]
    return _LAYOUT.format(groups="\n".join(lines))


def pack(linked: bytes, stripped: bytes, groups: int) -> bytes:
    """The binary with its cold section packed. `linked` has symbols, `stripped` is the same without. Raises `Trouble`."""
    symbols = Elf(linked)
    section = next((section for section in symbols.sections() if section.name == SECTION), None)
    elf = Elf(stripped)
    if section is None or section.size == 0:
        return bytes(elf.data)
    segments = elf.segments()
    number = next((i for i, s in enumerate(segments) if s.type == PT_LOAD and s.vaddr == section.address), -1)
    if number < 0:
        raise Trouble(
            f"the linked binary has no segment for {SECTION} at {section.address:#x}: was it linked with its layout?"
        )
    segment = segments[number]
    others = [s for i, s in enumerate(segments) if s.type == PT_LOAD and i != number]
    if segment.filesz != section.size or any(s.offset > segment.offset or s.vaddr > segment.vaddr for s in others):
        raise Trouble(f"{SECTION} is not the last thing in the linked binary")
    spans = [(symbols.symbol(BEGIN.format(i)), symbols.symbol(END.format(i))) for i in range(groups)]
    away = segment.offset - section.address
    packed = [deflated(bytes(elf.data[begin + away : end + away])) for begin, end in spans]
    # Mapped behind the unpacked place, on a page of its own that fits its place in the file.
    page = max(segment.align, 4096)
    end = (section.address + section.size + page - 1) // page * page
    segment.vaddr = segment.paddr = end + segment.offset % page
    segment.filesz = segment.memsz = sum(map(len, packed))
    elf.put_segment(number, segment)
    words: list[int] = []
    for i, (begin, end) in enumerate(spans):
        words += (segment.vaddr + sum(map(len, packed[:i])), len(packed[i]), begin, end - begin)
    elf.words(symbols.symbol(SYMBOL), tuple(words))
    elf.forget_sections()
    del elf.data[segment.offset :]
    return bytes(elf.data) + b"".join(packed)


def deflated(raw: bytes) -> bytes:
    """RFC 1951, without header and checksum."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    return squeeze.compress(raw) + squeeze.flush()
