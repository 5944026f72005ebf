"""What a node was when its lab began: taken once, and what checks compare with since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from srpki.core.errors import CorruptError, SrpkiError, StorageError
from srpki.storage.files import OsFiles, replace_file
from srpki.training.sight.seen import Initial, digests, serials

if TYPE_CHECKING:
    from srpki.device.node import Node

INITIAL: Final = "initial.json"
MOST_OCTETS: Final = 1 << 23


def take(node: Node, place: Path, cf3: Path, real: datetime) -> None:
    """Keep in the directory *place* what *node* is now; raises `StorageError`."""
    found = {
        "lab-time": node.clock.now().isoformat(),
        "time": real.isoformat(),
        "files": digests(node, cf3, OsFiles(cf3)),
        "serials": serials(node),
        "configuration": node.forms.encode(node.datastore.running),
    }
    path = place / INITIAL
    replace_file(OsFiles(place), path, json.dumps(found, indent=1).encode(), shown=str(path))


def read(node: Node, place: Path) -> Initial:
    """Return what was kept in *place*, for *node*; raises `StorageError`, `CorruptError`."""
    path = place / INITIAL
    try:
        found: Mapping[str, Any] = json.loads(OsFiles(place).read(path, MOST_OCTETS))
        return Initial(
            lab=_instant(found["lab-time"]),
            real=_instant(found["time"]),
            files={str(name): str(one) for name, one in found["files"].items()},
            serials={str(name): str(one) for name, one in found["serials"].items()},
            running=node.forms.decode(str(found["configuration"])).tree,
        )
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror or error}") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, SrpkiError):
        raise CorruptError(f"{path} is damaged", hint="start the lab again") from None


def _instant(text: object) -> datetime:
    return datetime.fromisoformat(str(text)).astimezone(UTC)
