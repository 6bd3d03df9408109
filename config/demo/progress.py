"""One line that says how far, how fast, how long."""

import time

from django.core.management.base import OutputWrapper

_REDRAW_SECONDS = 0.2
_REPRINT_SECONDS = 5.0


class Progress:
    """`Orders  45 %  661,200 of 1,469,307 lines  12,345 lines/s  1 min 05 s left`.

    Redrawn in place on a terminal; elsewhere (a log, a pipe) a new line every few seconds. The
    speed is that of this run: what an earlier run had done doesn't count.
    """

    def __init__(
        self, *, title: str, unit: str, total: int, done: int = 0, out: OutputWrapper
    ) -> None:
        self._title, self._unit, self._total, self._out = title, unit, total, out
        self._before = self._done = done
        self._began = time.monotonic()
        self._shown = 0.0
        self._is_open = False

    @property
    def per_second(self) -> int:
        return round((self._done - self._before) / max(time.monotonic() - self._began, 1e-6))

    def show(self, done: int, *, is_last: bool = False) -> None:
        """Says that `done` of the total are done, unless it said something a moment ago."""
        self._done = done
        now = time.monotonic()
        is_terminal = self._out.isatty()
        wait = _REDRAW_SECONDS if is_terminal else _REPRINT_SECONDS
        if not is_last and now - self._shown < wait:
            return
        self._shown = now
        self._out.write(f"\r\x1b[K{self._line()}" if is_terminal else self._line(), ending="")
        if not is_terminal:
            self._out.write("\n", ending="")
        self._is_open = is_terminal
        self._out.flush()

    def close(self) -> None:
        self.show(self._done, is_last=True)
        if self._is_open:
            self._out.write("\n", ending="")

    def _line(self) -> str:
        percent = 100 * self._done // self._total if self._total else 100
        words = [
            f"  {self._title:<10}{percent:3d} %",
            f"{self._done:,} of {self._total:,} {self._unit}",
        ]
        if self.per_second:
            words.append(f"{self.per_second:,} {self._unit}/s")
            if self._done < self._total:
                words.append(f"{_span((self._total - self._done) // self.per_second)} left")
        return "  ".join(words)


def _span(seconds: int) -> str:
    return f"{seconds // 60} min {seconds % 60:02d} s" if seconds >= 60 else f"{seconds} s"
