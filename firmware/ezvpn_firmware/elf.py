"""Just enough of the ELF format to move a segment: header, program headers, sections and symbols, both classes and byte orders.

Belongs here: reading and writing fields. Not here: what is moved (`pack`). System V ABI, chapters 4 and 5.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

PT_LOAD = 1
SHT_SYMTAB = 2
# Field names in the order of each class; sizes in struct's letters.
_SEGMENT_32 = ("type", "offset", "vaddr", "paddr", "filesz", "memsz", "flags", "align")
_SEGMENT_64 = ("type", "flags", "offset", "vaddr", "paddr", "filesz", "memsz", "align")


class NotElf(ValueError):
    """The bytes are no executable of a kind that is known here."""


@dataclass
class Segment:
    """A program header: where it is in the file and in memory, in bytes."""

    type: int
    flags: int
    offset: int
    vaddr: int
    paddr: int
    filesz: int
    memsz: int
    align: int


@dataclass(frozen=True)
class Section:
    """A section header as far as it is needed."""

    name: str
    type: int
    address: int
    offset: int
    size: int
    link: int


class Elf:
    """An executable in memory. `data` is changed in place."""

    def __init__(self, data: bytes) -> None:
        if data[:4] != b"\x7fELF" or data[4:5] not in (b"\x01", b"\x02") or data[5:6] not in (b"\x01", b"\x02"):
            raise NotElf("not an ELF file")
        self.data = bytearray(data)
        self.wide = data[4] == 2
        self.order = "<" if data[5] == 1 else ">"
        word = "Q" if self.wide else "I"
        self._header = self.order + "16sHHI" + word * 3 + "IHHHHHH"
        self._segment = self.order + ("IIQQQQQQ" if self.wide else "IIIIIIII")
        self._names = _SEGMENT_64 if self.wide else _SEGMENT_32
        fields = struct.unpack_from(self._header, data)
        self.phoff, self.shoff = fields[5], fields[6]
        self.phentsize, self.phnum, self.shentsize, self.shnum, self.shstrndx = fields[9:14]

    def segments(self) -> list[Segment]:
        """All program headers in order."""
        return [
            Segment(**dict(zip(self._names, struct.unpack_from(self._segment, self.data, self._at(i)), strict=True)))
            for i in range(self.phnum)
        ]

    def put_segment(self, number: int, segment: Segment) -> None:
        """Write a program header back."""
        struct.pack_into(self._segment, self.data, self._at(number), *(getattr(segment, name) for name in self._names))

    def sections(self) -> list[Section]:
        """All section headers in order; none in a file without."""
        form = self.order + ("IIQQQQIIQQ" if self.wide else "IIIIIIIIII")
        rows = [struct.unpack_from(form, self.data, self.shoff + i * self.shentsize) for i in range(self.shnum)]
        if not rows:
            return []
        names = rows[self.shstrndx][4]
        return [Section(self._text(names + row[0]), row[1], row[3], row[4], row[5], row[6]) for row in rows]

    def symbol(self, name: str) -> int:
        """The address of a symbol. Raises KeyError."""
        form, size = (self.order + "IBBHQQ", 24) if self.wide else (self.order + "IIIBBH", 16)
        sections = self.sections()
        for table in (section for section in sections if section.type == SHT_SYMTAB):
            texts = sections[table.link].offset
            for at in range(table.offset, table.offset + table.size, size):
                row = struct.unpack_from(form, self.data, at)
                if self._text(texts + row[0]) == name:
                    return int(row[4] if self.wide else row[1])
        raise KeyError(name)

    def words(self, address: int, values: tuple[int, ...]) -> None:
        """Write machine words at an address of memory that is in the file."""
        for segment in self.segments():
            if segment.type == PT_LOAD and segment.vaddr <= address < segment.vaddr + segment.filesz:
                form = self.order + ("Q" if self.wide else "I") * len(values)
                struct.pack_into(form, self.data, segment.offset + address - segment.vaddr, *values)
                return
        raise KeyError(hex(address))

    def forget_sections(self) -> None:
        """No section headers any more: loading needs none."""
        fields = list(struct.unpack_from(self._header, self.data))
        fields[6] = fields[12] = fields[13] = 0
        struct.pack_into(self._header, self.data, 0, *fields)

    def _at(self, number: int) -> int:
        return int(self.phoff + number * self.phentsize)

    def _text(self, at: int) -> str:
        return self.data[at : self.data.index(0, at)].decode()
