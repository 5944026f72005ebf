"""Files that others may have put there: opened below one directory, without following a link."""
