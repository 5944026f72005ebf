"""The classic CLI: its grammar, its commands and its session [cli.md section 3]."""
