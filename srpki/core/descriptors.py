"""How many files a process may have open."""

from __future__ import annotations

import resource
import sys
from contextlib import suppress


def let_be_open(wanted: int) -> int:
    """Let the process have *wanted* files open, or as many as it may; never fewer than before.

    Returns how many it may have now.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(ValueError, OSError):  # then it has fewer
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            return most
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft
