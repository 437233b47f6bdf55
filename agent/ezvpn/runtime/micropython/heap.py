"""The heap of the device binary: the one that the board has room for.

MicroPython only. Its size is fixed when the interpreter starts, and which board this is is known a moment later; so a board that
names a size costs one more start of the program in the same process. EZVPN_HEAP_KB says more than a board.
"""

import os
import sys

from ezvpn.compat import HAS_EDGEC

_VARIABLE = "EZVPN_HEAP_KB"


def fit(board_kb: int) -> None:
    """Start again with a heap of so many KiB, 0: any will do; returns where there is nothing to change."""
    if HAS_EDGEC and board_kb and not os.getenv(_VARIABLE):
        import _edgec  # type: ignore[import-not-found]

        os.putenv(_VARIABLE, str(board_kb))
        _edgec.execv(["/proc/self/exe"] + sys.argv[1:])
