"""Joining: sessions on a node that another process owns, over the node's socket [ADR 16]."""
