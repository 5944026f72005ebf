"""Sans-I/O protocol machines and their codecs: no connection, no file, no clock."""
