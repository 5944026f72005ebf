"""What the program says to a person who logs in."""

from __future__ import annotations

from srpki import __version__


def greeting(*, lab: bool) -> str:
    """Return what is printed before the first prompt, each line ended.

    None of it may be taken for a prompt, a question for a password or an error by a program that
    waits for one: no ``#``, ``>``, ``$``, ``%`` or bracket, nothing that ends in a colon.
    """
    time = (
        "A lab CA runs beside it, and the clock can be moved; type lab ? to see how."
        if lab
        else "Real time, real CAs; with the option --lab a lab CA comes along."
    )
    return (
        f"srpki {__version__}: an emulator of a router's certificate side, not Nokia software.\n"
        f"{time}\n"
        "Type ? for help, logout to leave.\n"
    )
