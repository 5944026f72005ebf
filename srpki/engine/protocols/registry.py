"""The protocols that a certificate-update-profile can name.

To add one, add its object here and its case to `srpki.schema.configure.protocols`.
"""

from __future__ import annotations

from typing import Final

from srpki.engine.protocols.base import EnrolmentProtocol
from srpki.engine.protocols.cmpv2 import Cmpv2
from srpki.engine.protocols.est import Est

PROTOCOLS: Final[dict[str, EnrolmentProtocol]] = {one.name: one for one in (Cmpv2(), Est())}
"""Every protocol by its name."""
