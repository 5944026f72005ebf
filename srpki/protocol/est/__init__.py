"""EST (RFC 7030): messages, client machine, server side."""
