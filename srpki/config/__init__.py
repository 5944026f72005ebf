"""Datastores and commit: an immutable value tree, candidates, validation, persistence."""
