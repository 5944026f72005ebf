"""Clock, entropy, errors, events and wire values; imports nothing of ours."""
