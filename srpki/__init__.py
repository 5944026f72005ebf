"""srpki: an emulator of the certificate side of a Nokia SR OS router."""

__version__ = "0.2.0"
