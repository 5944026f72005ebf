"""Pure X.509 functions; time is always an argument."""
