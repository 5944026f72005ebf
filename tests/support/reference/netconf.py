"""The page of NETCONF: operations, errors, modules."""

from __future__ import annotations

import inspect
from typing import Final

from reference.tables import code, table
from srpki.config.tree import EMPTY
from srpki.netconf.errors import KINDS
from srpki.netconf.hello import capabilities
from srpki.netconf.operations.registry import OPERATIONS
from srpki.netconf.yang.modules import modules

_HEAD: Final = """# NETCONF

How to use it: [how-to/netconf.md](../how-to/netconf.md).

## Operations

An operation that is not listed is answered with `operation-not-supported`.
"""
_CAPABILITIES: Final = """## Capabilities

What an empty configuration announces, besides the modules; numbers that change are left out.
"""
_ERRORS: Final = """## Errors

The error-message is the MD-CLI's own, with its number; error-type, error-tag and error-app-tag are
by this table, which is decided here. What a request itself has wrong is told by the tags of
RFC 6241, appendix A, with `bad-element` or `bad-attribute`; for `lock`, `in-use` is `lock-denied`.
"""
_MODULES: Final = """## Modules

What `get-schema` returns and `srpki yang` writes. The revision of each is a fingerprint of it.
"""


def netconf_page() -> str:
    """Return the page."""
    operations = [
        (code(name), code(namespace), inspect.getdoc(function).partition("\n")[0])
        for (namespace, name), function in sorted(OPERATIONS.items(), key=lambda one: one[0][1])
    ]
    announced = (one.partition("module-set-id=")[0].partition("content-id=")[0] for one in _said())
    errors = [
        (code(number), code(kind.type), code(kind.tag), code(kind.app_tag) if kind.app_tag else "")
        for number, kind in sorted(KINDS.items())
    ]
    told = [(code(one.name), code(one.namespace)) for one in modules().values()]
    return "\n".join(
        (
            _HEAD,
            table(("operation", "namespace", "what it does"), operations),
            _CAPABILITIES,
            "\n".join(f"* `{one.rstrip('&?')}`" for one in announced),
            "",
            _ERRORS,
            table(("message", "error-type", "error-tag", "error-app-tag"), errors),
            _MODULES,
            table(("module", "namespace"), told),
        )
    )


def _said() -> list[str]:
    return [one for one in capabilities(EMPTY) if "?module=" not in one]
