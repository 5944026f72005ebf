"""The operations that edit configurations, and lock them [RFC 6241 sections 7 and 8]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.config.draft import Draft
from srpki.config.errors import LockedError
from srpki.config.validate import validate as problems_of
from srpki.core.errors import RefusedError, SrpkiError
from srpki.management.outcomes import wrong
from srpki.management.port import text_at
from srpki.management.reasons import problem_reasons
from srpki.netconf.arguments import FORMAT, REGION, Arguments, check_region
from srpki.netconf.edits import DEFAULT_OPERATIONS, Edits
from srpki.netconf.edits import OPERATIONS as EDITS
from srpki.netconf.errors import RpcError, bad, not_supported, of_error, of_reasons, refused
from srpki.netconf.namespaces import BASE
from srpki.storage.urls import display

if TYPE_CHECKING:
    from srpki.config.tree import Branch
    from srpki.netconf.candidates import Lockable
    from srpki.netconf.documents import Given, Name
    from srpki.netconf.edits import Operation as Edit
    from srpki.netconf.exchange import Exchange, Operation

_EDIT_CONFIG: Final = (
    *("target", "default-operation", "test-option", "error-option"),
    *("config", "url"),
)
_STARTUP: Final = "cf3:\\config.cfg"
_IMPORTED: Final = "cf3:\\system-pki\\"
_NESTED: Final = "NETCONF"


# --- edit-config ----------------------------------------------------------------------------------


def edit_config(exchange: Exchange, operation: Given) -> None:
    """Edit the candidate.

    What is wrong with the edits themselves is always refused. Whether the whole is complete is
    asked where the test-option says ``test-then-set`` or ``test-only``, else at the commit:
    decided, for clients fill a candidate by many requests.
    """
    arguments = Arguments(operation, (*_EDIT_CONFIG, REGION, FORMAT))
    check_region(arguments)
    if arguments.one_of(FORMAT, ("xml", "json", "md-cli"), "xml") != "xml":
        raise not_supported("edit-config takes XML alone")
    target = arguments.only("target").name
    if target != "candidate":
        raise not_supported(f"edit-config of {target} is not supported")
    if "url" in arguments:
        raise not_supported("edit-config from a url is not supported")
    config = arguments.element("config")
    word = arguments.one_of("default-operation", DEFAULT_OPERATIONS, "merge")
    default = next(one for one in EDITS if one == word)
    test = arguments.one_of("test-option", ("test-then-set", "set", "test-only"), "set")
    on_error = arguments.one_of("error-option", _ERROR_OPTIONS, "stop-on-error")
    made = _Made(exchange, config, default, on_error)
    if test == "test-only":
        made.make(exchange.candidates.tree())
        made.check()
    else:
        check = test == "test-then-set"
        exchange.candidates.change(lambda tree: made.make(tree, check=check), operation.name)
    if made.refusals is not None:
        raise made.refusals


_ERROR_OPTIONS: Final = ("stop-on-error", "continue-on-error", "rollback-on-error")


class _Made:
    """What an edit-config makes of a tree, and what of it was refused."""

    def __init__(self, exchange: Exchange, config: Given, default: Edit, on_error: str) -> None:
        self.refusals: RpcError | None = None
        self._exchange = exchange
        self._config = config
        self._default = default
        self._on_error = on_error
        self._tree: Branch | None = None

    def make(self, tree: Branch, *, check: bool = False) -> Branch:
        """Return what the edits make of *tree*; raises `RpcError` where nothing is to change."""
        datastore = self._exchange.device.datastore
        draft = Draft(datastore.schema, tree)
        onward = self._on_error == "continue-on-error"
        edits = Edits(
            draft, datastore.schema, datastore.sealed, onward=onward, rights=self._exchange.rights
        )
        try:
            edits.make(self._config, self._default)
        except RpcError as error:
            if self._on_error == "rollback-on-error":
                raise
            self.refusals = error
        if edits.refusals:
            self.refusals = RpcError(*edits.refusals)
        self._tree = draft.tree
        if check:
            self.check()
        return self._tree

    def check(self) -> None:
        """Raise `RpcError` for what a commit of the whole would refuse."""
        if self.refusals is not None:
            raise self.refusals
        assert self._tree is not None
        root = self._exchange.device.datastore.schema
        found = self._exchange.editing.told(problems_of(root, self._tree))
        if found:
            raise of_reasons(problem_reasons(found), root)


# --- copy-config and delete-config ----------------------------------------------------------------


def copy_config(exchange: Exchange, operation: Given) -> None:
    """Save the running configuration, or take a whole one for the candidate."""
    arguments = Arguments(operation, ("target", "source", "with-defaults", REGION, FORMAT))
    check_region(arguments)
    if "with-defaults" in arguments or FORMAT in arguments:
        raise not_supported("copy-config with default values or in another format is not supported")
    target, source = arguments.only("target"), arguments.only("source")
    if target.name == source.name and (target.name != "url" or _url(target) == _url(source)):
        raise bad("invalid-value", "source and target are the same", "source")
    match target.name:
        case "candidate":
            tree = _source(exchange, source)
            exchange.candidates.change(lambda _: tree, operation.name)
        case "startup" | "url" if source.name == "running":
            inputs = {"url": _url(target)} if target.name == "url" else {}
            _run(exchange, "admin.save", inputs)
        case "startup" | "url":
            raise not_supported(f"copy-config of {source.name} to {target.name} is not supported")
        case "running":
            raise not_supported("copy-config onto running is not supported")
        case _:
            raise bad("unknown-element", f"'{target.name}'", target.name)


def _source(exchange: Exchange, source: Given) -> Branch:
    device = exchange.device
    match source.name:
        case "running":
            return device.datastore.running
        case "startup":
            return device.commits.checkpoint("startup").tree
        case "url":
            text = text_at(exchange.files, _url(source), "name a file with a configuration")
            tree = device.datastore.seal_all(device.forms.decode(text).tree)
            exchange.rights.check_seen(tree, "url")
            return tree
        case "config":
            draft = Draft(device.datastore.schema, device.datastore.running)
            edits = Edits(
                draft, device.datastore.schema, device.datastore.sealed, rights=exchange.rights
            )
            edits.make(source, "replace")
            return draft.tree
    raise bad("unknown-element", f"'{source.name}'", source.name)


def delete_config(exchange: Exchange, operation: Given) -> None:
    """Remove the saved configuration, or a file on ``cf3:``."""
    target = Arguments(operation, ("target",)).only("target")
    match target.name:
        case "startup":
            _run(exchange, "file.remove", {"url": _STARTUP})
        case "url":
            _run(exchange, "file.remove", {"url": _url(target)})
        case "running" | "candidate":
            raise not_supported(f"delete-config of {target.name} is not supported")
        case _:
            raise bad("unknown-element", f"'{target.name}'", target.name)


def _url(given: Given) -> str:
    """Return the file that *given* names: ``cf3:/x`` or ``file:///cf3:/x``; no other is announced.

    Imported files, which are no configurations, and wildcards are refused.
    """
    url = given.value
    if url.startswith("file://"):
        url = url.removeprefix("file://").lstrip("/")
    elif "://" in url:
        raise bad("invalid-value", f"'{url}' is of no scheme that is supported", "url")
    try:
        shown = display(url)
    except SrpkiError as error:
        raise bad("invalid-value", str(error), "url") from None
    if shown.lower().startswith(_IMPORTED) or set("*?") & set(shown):
        raise bad("invalid-value", f"'{shown}' is no file for a configuration", "url")
    return url


def _run(exchange: Exchange, operation: str, inputs: dict[str, str]) -> None:
    """Run *operation* of the node; raises `RpcError` where it does not succeed."""
    result = exchange.run(operation, inputs, _NESTED)
    if result.error is not None:
        raise of_error(result.error, exchange.device.datastore.schema)
    if not result.ok:
        raise refused("operation-failed", wrong(result.data), "application")


# --- locks, validate, discard-changes -------------------------------------------------------------


def lock(exchange: Exchange, operation: Given) -> None:
    """Lock the configuration for this session alone."""
    target = _lockable(operation, "lock")
    try:
        exchange.candidates.lock(target)
    except LockedError as error:
        holder = exchange.device.sessions.id_by_netconf(error.holder)
        raise of_error(error, exchange.device.datastore.schema, lock=holder) from None
    except RefusedError as error:
        raise refused("lock-denied", str(error)) from None


def unlock(exchange: Exchange, operation: Given) -> None:
    """Give a lock up."""
    target = _lockable(operation, "unlock")
    try:
        exchange.candidates.unlock(target)
    except RefusedError as error:
        raise refused("operation-failed", str(error)) from None


def _lockable(operation: Given, name: str) -> Lockable:
    arguments = Arguments(operation, ("target", REGION))
    check_region(arguments)
    target = arguments.only("target").name
    found: Lockable
    for found in ("candidate", "running"):
        if target == found:
            return found
    raise not_supported(f"{name} of {target} is not supported")


def validate(exchange: Exchange, operation: Given) -> None:
    """Tell what a commit of the candidate would refuse; what runs is whole."""
    arguments = Arguments(operation, ("source", REGION, FORMAT))
    check_region(arguments)
    root = exchange.device.datastore.schema
    match arguments.only("source").name:
        case "candidate":
            found = exchange.candidates.problems()
        case "running":
            running = exchange.device.datastore.running
            found = exchange.editing.told(problems_of(root, running))
        case other:
            raise not_supported(f"validate of {other} is not supported")
    if found:
        raise of_reasons(problem_reasons(found), root)


def discard_changes(exchange: Exchange, operation: Given) -> None:
    """Make the candidate what runs."""
    arguments = Arguments(operation, (REGION,))
    check_region(arguments)
    exchange.candidates.discard()


OPERATIONS: Final[dict[Name, Operation]] = {
    (BASE, "edit-config"): edit_config,
    (BASE, "copy-config"): copy_config,
    (BASE, "delete-config"): delete_config,
    (BASE, "lock"): lock,
    (BASE, "unlock"): unlock,
    (BASE, "validate"): validate,
    (BASE, "discard-changes"): discard_changes,
}
