"""What every front end shares: a caller's session, editing, and the port to a node."""
