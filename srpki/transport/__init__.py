"""HTTP(S) exchanges; the only room that opens connections for the router."""
