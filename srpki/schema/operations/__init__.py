"""Operational commands."""
