"""The lessons that ship: a lab file each."""
