"""Access: who may reach a node, and what he may do there."""
