"""The outputs of one tunnel: a bounded queue, and what is said once and not again.

Belongs here: queue and repetition. Not here: the words (`causes`).
"""

from ezvpn.tunnel.outputs import Changed, Notice, Output

OUTPUTS_MAX = 256
SAID_MAX = 16
SAME_MESSAGE_MS = 600000  # an unchanged reason is said again only after this


class Telling:
    """The node drains the queue after each call, so its size is a bound and no policy: a notice beyond it is dropped and
    counted in `lost`; what the data plane must do is never dropped."""

    def __init__(self, name: str, family: str = "EZVPN") -> None:
        self.name = name
        self._family = family  # what its mnemonics begin with
        self.lost = 0
        self._queue: "list[Output]" = []
        self._said: "list[tuple[str, int]]" = []

    def take(self) -> "Output | None":
        return self._queue.pop(0) if self._queue else None

    def put(self, output: Output) -> None:
        if len(self._queue) >= OUTPUTS_MAX and isinstance(output, (Notice, Changed)):
            self.lost += 1
            return
        self._queue.append(output)

    def changed(self) -> None:
        if not self._queue or not isinstance(self._queue[-1], Changed):
            self.put(Changed())

    def notice(self, mnemonic: str, *args: object) -> None:
        self.put(Notice(mnemonic, args))

    def note(self, text: str) -> None:
        self.notice(self._family + "_NOTE", self.name, text)

    def warn(self, text: str) -> None:
        self.notice(self._family + "_WARNING", self.name, text)

    def failed(self, sentence: str, now: int) -> None:
        """One line on console, log and MQTT; the same sentence again only after a while."""
        for i in range(len(self._said)):
            if self._said[i][0] == sentence:
                if now - self._said[i][1] < SAME_MESSAGE_MS:
                    return
                self._said.pop(i)
                break
        self._said.append((sentence, now))
        if len(self._said) > SAID_MAX:
            self._said.pop(0)
        self.notice(self._family + "_FAILED", self.name, sentence)

    def good_again(self) -> None:
        """All is well: the next failure is news, whatever it says."""
        self._said = []


def printable(text: str) -> str:
    """What a gateway wrote, on one line, bounded and without control bytes."""
    return "".join([letter if " " <= letter != "\x7f" else " " for letter in text[:500]]).strip()
