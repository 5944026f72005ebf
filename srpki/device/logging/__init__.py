"""What a node tells: logs and their destinations, debug output, events of operators."""
