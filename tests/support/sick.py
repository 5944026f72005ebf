"""Files of a disk that errs while they are read."""

import errno

from srpki.storage.files import OsFiles


class Sick(OsFiles):
    """The system's files, of which those whose path ends as *sick* says cannot be read."""

    sick = ()

    def read(self, path, limit):
        if any(part in str(path) for part in self.sick):
            raise OSError(errno.EIO, "Input/output error", str(path))
        return super().read(path, limit)

    def names(self, directory):
        if any(f"list {directory.name}" == part for part in self.sick):
            raise OSError(errno.EIO, "Input/output error", str(directory))
        return super().names(directory)
