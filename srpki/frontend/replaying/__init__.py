"""Replaying of journals: in a terminal, as a recording, as a hand-out, and once more to compare."""
