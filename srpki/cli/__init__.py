"""Text in, answer out: both command lines over one walker; no terminal here."""
