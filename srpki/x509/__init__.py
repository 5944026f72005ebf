"""Pure X.509 functions: DER in, values out; time is always an argument."""

import warnings

# What a peer writes is taken or refused. That the library takes it with a warning would be a line
# of Python on an operator's screen, and nothing that he could act upon.
for _message in (r"Attribute's length must be", r"Invalid ASN\.1", r"Parsed a serial number"):
    warnings.filterwarnings("ignore", message=_message, category=UserWarning)
