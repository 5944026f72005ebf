"""Files on the compact flash: safe names, encryption at rest, the crash-safe swap."""
