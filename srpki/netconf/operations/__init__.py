"""The operations of NETCONF, a function each."""
