"""Files of a disk that errs while they are read."""

import errno
import os

from srpki.storage.files import OsFiles


class Sick(OsFiles):
    """The system's files, of which those whose path ends as *sick* says cannot be read."""

    sick = ()

    def open(self, path, flags):
        if flags & os.O_ACCMODE == os.O_RDONLY and any(part in str(path) for part in self.sick):
            raise OSError(errno.EIO, "Input/output error", str(path))
        return super().open(path, flags)

    def names(self, directory):
        if any(f"list {directory.name}" == part for part in self.sick):
            raise OSError(errno.EIO, "Input/output error", str(directory))
        return super().names(directory)
