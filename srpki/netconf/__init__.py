"""NETCONF: the schema as YANG modules. Knows neither a terminal nor a socket."""
