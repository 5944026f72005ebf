"""Where the `srpki` program starts: what must come before everything else is imported."""

import gc
import sys
from typing import Final

RARELY: Final = 50_000
"""Objects that come to be before the next search for circles that nobody needs any more.

A start makes tens of thousands, nearly all of which stay: Python's own 700 makes it look through
them again and again, which is a thirtieth of the time to the first prompt.
"""


def main() -> int:
    """Run the program; Ctrl-C ends it with a sentence, however early or late it comes."""
    gc.set_threshold(RARELY)
    try:
        import signal  # noqa: PLC0415 - the first half second is imports

        from srpki.frontend import streams  # noqa: PLC0415

        signal.signal(signal.SIGINT, streams.end_at_once)
        from srpki.frontend import program  # noqa: PLC0415

        status = program.main()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # nothing is left but to go
    except KeyboardInterrupt:
        sys.stderr.write("srpki: interrupted\n")
        return 130
    return status
