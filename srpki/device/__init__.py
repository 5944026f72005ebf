"""The router: composition root and one typed function per operation."""
