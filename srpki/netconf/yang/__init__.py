"""The schema as YANG modules [RFC 7950]."""
