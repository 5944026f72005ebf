"""What checks look at: one node at one moment, what it was at the beginning, what has happened."""
