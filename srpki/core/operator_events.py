"""Log events of what operators do: log-ins, commands, commits, saves, files of commands.

Numbers and names: fact sheet ``event-names.json``. Texts, severities and subjects of 2052, 2053,
2112 and 2121 (SYSTEM), 2009 and 2010 (SECURITY) and 2001 (USER) are observed; the others are
decided here, as are the streams (listed in ``docs/explanation/fidelity.md``).
"""

from __future__ import annotations

from typing import Final

from srpki.core.events import EventType

# --- the node -------------------------------------------------------------------------------------

EXEC_STARTED: Final = EventType(
    2052,
    "tmnxSysExecStarted",
    "MAJOR",
    "A CLI user has initiated an 'exec' operation to process the commands in the SROS CLI file"
    " {file}",
    "SYSTEM",
    ("main",),
)
EXEC_FINISHED: Final = EventType(
    2053,
    "tmnxSysExecFinished",
    "MAJOR",
    "The CLI user initiated 'exec' operation to process the commands in the SROS CLI file"
    " {file} has completed with the result of {result}",
    "SYSTEM",
    ("main",),
)
HANDLER_INVOKED: Final = EventType(
    2069,
    "tmnxEhsHandlerInvoked",
    "MINOR",
    'Ehs handler :"{handler}" with the description : "{description}" was invoked by the cli-user'
    ' account "not-specified".',
    "SYSTEM",
    ("main",),
)
HANDLER_HELD_BACK: Final = EventType(
    2070,
    "tmnxEhsDroppedByMinDelay",
    "MINOR",
    'Entry {entry} of the Ehs handler "{handler}" was not done: its min-delay is not over.',
    "SYSTEM",
    ("main",),
)
SCRIPT_FAILED: Final = EventType(
    2104,
    "smScriptException",
    "MINOR",
    'The run of script policy "{policy}" with the file {file} has ended with {exit}: {reason}.',
    "SYSTEM",
    ("main",),
)
MODE_CHANGE_STARTED: Final = EventType(
    2076,
    "tmnxSysMgmtIfModeChangeStart",
    "WARNING",
    "The change of the management interface configuration mode from {old} to {new} has started.",
    "SYSTEM",
    ("main",),
)
MODE_CHANGED: Final = EventType(
    2077,
    "tmnxSysMgmtIfModeChangeComplete",
    "WARNING",
    "The change of the management interface configuration mode from {old} to {new} is complete.",
    "SYSTEM",
    ("main",),
)
SAVED: Final = EventType(
    2112,
    "ssiSaveBackgroundConfigSucceeded",
    "WARNING",
    "Complete configuration file saved in the background to: {url}",
    "SYSTEM",
    ("main",),
)
SAVE_FAILED: Final = EventType(
    2113,
    "ssiSaveBackgroundConfigFailed",
    "MAJOR",
    "Complete configuration file could not be saved in the background to: {url} - {reason}",
    "SYSTEM",
    ("main",),
)
COMMITTED: Final = EventType(
    2121,
    "mdCommitSucceeded",
    "WARNING",
    "Commit to configure by {user} ({interface}) from {address} succeeded.",
    "SYSTEM",
    ("main",),
)
CONFIGURATION_CHANGED: Final = EventType(
    2001,
    "mdConfigChange",
    "WARNING",
    "{element} - {operation}",
    "MGMT_CORE",
    ("change",),
)

# --- sessions -------------------------------------------------------------------------------------

CLI_LOGIN: Final = EventType(
    2001, "cli_user_login", "MINOR", "User from {address} logged in", "USER", ("security",)
)
CLI_LOGOUT: Final = EventType(
    2002, "cli_user_logout", "MINOR", "User from {address} logged out", "USER", ("security",)
)
CLI_LOGIN_FAILED: Final = EventType(
    2003,
    "cli_user_login_failed",
    "MINOR",
    "User from {address} failed to log in: {reason}",
    "USER",
    ("security",),
)
SSH_LOGIN: Final = EventType(
    2009,
    "ssh_user_login",
    "MINOR",
    "User {user} from {address} logged in",
    streams=("security",),
)
SSH_LOGOUT: Final = EventType(
    2010,
    "ssh_user_logout",
    "MINOR",
    "User {user} from {address} logged out",
    streams=("security",),
)
SSH_LOGIN_FAILED: Final = EventType(
    2011,
    "ssh_user_login_failed",
    "MINOR",
    "User {user} from {address} failed to log in: {reason}",
    streams=("security",),
)
CLI_LOCKED_OUT: Final = EventType(
    2004,
    "cli_user_login_max_attempts",
    "MINOR",
    "User from {address} attempted more than the maximum times to log in and is locked out",
    "USER",
    ("security",),
)
SSH_LOCKED_OUT: Final = EventType(
    2012,
    "ssh_user_login_max_attempts",
    "MINOR",
    "User {user} from {address} attempted more than the maximum times to log in and is locked out",
    streams=("security",),
)
NETCONF_LOGIN: Final = EventType(
    2121,
    "netconf_user_login",
    "MINOR",
    "User {user} from {address} logged in",
    streams=("security",),
)
NETCONF_LOGOUT: Final = EventType(
    2122,
    "netconf_user_logout",
    "MINOR",
    "User {user} from {address} logged out",
    streams=("security",),
)
NETCONF_LOGIN_FAILED: Final = EventType(
    2123,
    "netconf_user_login_failed",
    "MINOR",
    "User {user} from {address} failed to log in: {reason}",
    streams=("security",),
)
NETCONF_LOCKED_OUT: Final = EventType(
    2124,
    "netconf_user_login_max_attempts",
    "MINOR",
    "User {user} from {address} attempted more than the maximum times to log in and is locked out",
    streams=("security",),
)
PASSWORD_SET: Final = EventType(
    2239,
    "tmnxUserPasswordChangedByAdmin",
    "MINOR",
    "The password of user {user} has been set by {by}",
    streams=("security",),
)
CLASSIC_COMMAND: Final = EventType(
    2009,
    "cli_user_io",
    "MINOR",
    "User from {address}: {command}",
    "USER",
    ("change",),
    generated=False,
)
CLASSIC_EDIT: Final = EventType(
    2011, "cli_config_io", "MINOR", "User from {address}: {command}", "USER", ("change",)
)
CLASSIC_COMMAND_REFUSED: Final = EventType(
    2012,
    "cli_unauth_user_io",
    "MINOR",
    "User from {address} is not authorized: {command}",
    "USER",
    ("security",),
)
CLASSIC_EDIT_REFUSED: Final = EventType(
    2013,
    "cli_unauth_config_io",
    "MINOR",
    "User from {address} is not authorized: {command}",
    "USER",
    ("security",),
)
MD_COMMAND_REFUSED: Final = EventType(
    2224,
    "md_cli_unauth_io",
    "MINOR",
    "User {user} from {address} is not authorized: {command}",
    streams=("security",),
)
NETCONF_OPERATION: Final = EventType(
    2227,
    "netconf_auth",
    "MINOR",
    "User {user} from {address}: {command}",
    streams=("change",),
    generated=False,
)
NETCONF_REFUSED: Final = EventType(
    2228,
    "netconf_unauth",
    "MINOR",
    "User {user} from {address} is not authorized: {command}",
    streams=("security",),
)
MD_COMMAND: Final = EventType(
    2223,
    "md_cli_io",
    "MINOR",
    "User {user} from {address}: {command}",
    streams=("change",),
    generated=False,
)

# --- debug ----------------------------------------------------------------------------------------

DEBUG_TRACE: Final = EventType(2001, "traceEvent", "MINOR", "{lines}", "DEBUG", ("debug",))
