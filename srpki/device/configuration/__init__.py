"""What a node keeps of its configuration: commits, checkpoints, forms, history."""
