"""The lab CA: issues by CMPv2 and EST, fails on request, knows nothing of the router."""
