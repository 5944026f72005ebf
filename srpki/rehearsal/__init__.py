"""Rehearsals: what will happen to the certificates of a configuration, before it happens."""
