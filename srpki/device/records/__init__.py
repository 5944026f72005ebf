"""What the operations find, one module a family: values, never text made for a screen.

Names are those of YANG where there are any. An instant is a `datetime`, a length of time a
`timedelta` or, where YANG counts in seconds, a number; what there is not is None, or an empty
tuple. ``cli/render`` has a module of the same name for each, which makes the text.
"""
