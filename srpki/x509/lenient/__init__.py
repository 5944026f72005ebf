"""The second reader: what is not DER, or not as RFC 5280 has it, but means one thing only.

The library reads first, fast and strictly. What it refuses is read here, field by field, with
pyasn1 and the modules of pyasn1-modules; every field that the library would not have read is named.
Octets are kept as they came: signatures are verified over them, names are sent as they stand.
Nothing here decides what a field is good for.
"""
