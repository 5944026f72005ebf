"""How it is known that a reset of a lab was certain, and is not done yet."""

from __future__ import annotations

from pathlib import Path
from typing import Final

UNFINISHED: Final = Path("training", "reset.ready")
"""What is there then, below the node: what the node is to be."""
