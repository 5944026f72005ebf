"""The state tree."""
