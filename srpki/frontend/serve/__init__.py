"""Serving: nodes that are reached over the network, as a router is [ADR 20]."""
