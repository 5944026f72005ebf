"""The language of checks: one line, read into a tree, never evaluated as code."""
