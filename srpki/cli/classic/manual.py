"""What ``help`` prints in the classic CLI."""

from __future__ import annotations

from typing import Final

from srpki.cli.classic.commands import GLOBALS

HELP: Final = """\
Type the beginning of a command and ?   for the commands that may follow.
Type a whole command and ?              for its syntax and its values.
Type the beginning of a word and Tab    to complete it.

 help edit     - Keys that edit the line
 help globals  - Commands that can be typed in every context
 tree          - Commands of this context and of all below it"""

EDIT: Final = """\
Key              What it does
-------------------------------------------------------------------------------
Tab, Space       Complete the word
?                Show what may follow
Left, Ctrl-b     One character back
Right, Ctrl-f    One character forward
Esc b, Esc f     One word back, one word forward
Ctrl-a, Ctrl-e   To the beginning, to the end of the line
Ctrl-d           Delete the character under the cursor
Ctrl-w           Delete the word before the cursor
Ctrl-u, Ctrl-k   Delete to the beginning, to the end of the line
Up, Ctrl-p       The line typed before
Down, Ctrl-n     The line typed after
Ctrl-c           Stop the command that runs, drop the line
Ctrl-z           Return to the root"""


def globals_page() -> str:
    """Return the commands that every context has, each with its sentence."""
    return "\n".join(f" {keyword.word:<13} - {keyword.help}" for keyword in GLOBALS)
