"""Answers of a device that is none: a record with any lines, an error in any words."""

from srpki.core.errors import SrpkiError
from srpki.device.records.configuration import CheckpointText


def lines(*text):
    """Return a record that is printed as the lines *text*."""
    return CheckpointText(url="", lines=text)


def error(sentence):
    """Return what ends an operation with *sentence*."""
    return SrpkiError(sentence)
