"""Terminal, batch, demo and the srpki program."""
