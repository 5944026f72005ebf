"""How an operation ended: what it has found or done, or the error that ended it."""

from __future__ import annotations

from datetime import datetime

from srpki.core.errors import SrpkiError
from srpki.core.record import Record
from srpki.core.values import NamedTuple


class Result(NamedTuple):
    """How an operation ended [YANG action output: status, start-time, end-time].

    *data* is what it has found or done, as values; ``cli/render`` makes the text. Where it is not
    *ok* an *error* has ended it, or *data* tells what went wrong.
    """

    ok: bool
    operation_id: int
    start_time: datetime
    end_time: datetime
    data: Record | None = None
    error: SrpkiError | None = None
