"""The reference pages of the documentation, read from the schema and the grammars."""
