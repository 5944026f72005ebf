"""The operations: what each action of the schema does on a node."""
