"""One declaration per node: what parse, completion, help, validation and storage all read."""
