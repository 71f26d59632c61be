"""Faults of the disk, which `disk.c` makes."""

from contextlib import contextmanager

READING, WRITING, SYNCHRONIZING = range(3)


class FaultyDisk:
    """The disk of a directory that fails when it is told to, for all its files or for the one that is named."""

    def __init__(self, directory, disk, file=None):
        self.control = directory.with_name(f"{directory.name}-faults")
        self.control.write_bytes(bytes(3))
        self.env = {**disk, "DISK_DIRECTORY": str(directory), "DISK_FAULTS": str(self.control)}
        if file:
            self.env["DISK_FAULTY"] = file

    @contextmanager
    def failing(self, operation, error):
        self.set(operation, error)
        yield
        self.set(operation, 0)

    def set(self, operation, error):
        # In its place: the server has the file in its memory.
        with open(self.control, "r+b") as file:
            file.seek(operation)
            file.write(bytes([error]))
