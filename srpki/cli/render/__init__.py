"""How answers look: trees, tables, results."""
