"""A file system as Windows and odd mounts have it, for tests on Linux: names have no case, nothing that is
open is renamed, replaced or removed (EBUSY), and folders cannot be synced (EINVAL).

    python3 test/support/awkwardFileSystem.py <folder with the files> <mount point>

Runs until it is unmounted. Needs python3-fusepy and /dev/fuse; with --check it only says, by its exit code,
whether it could run.
"""

import errno
import os
import sys
import threading
from collections import Counter

try:
    # Debian's name of it.
    from fusepy import FUSE, FuseOSError, Operations
except ImportError:
    from fuse import FUSE, FuseOSError, Operations


class AwkwardFileSystem(Operations):
    def __init__(self, root):
        self.root = root
        self.open_files = Counter()
        self.paths = {}
        self.guard = threading.Lock()

    def init(self, path):
        print("mounted", flush=True)

    def real(self, path):
        """The path below the root, as what is there is spelled; of what is not, as it was asked for."""
        found = self.root
        for name in path.strip("/").split("/"):
            if name == "":
                continue
            direct = os.path.join(found, name)
            if not os.path.lexists(direct):
                try:
                    same = [each for each in os.listdir(found) if each.casefold() == name.casefold()]
                except OSError:
                    same = []
                if same:
                    direct = os.path.join(found, same[0])
            found = direct
        return found

    def refuse_open(self, *paths):
        with self.guard:
            if any(self.open_files[path] > 0 for path in paths):
                raise FuseOSError(errno.EBUSY)

    def opened(self, handle, path):
        with self.guard:
            self.open_files[path] += 1
            self.paths[handle] = path
        return handle

    # --- What is there.

    def getattr(self, path, fh=None):
        found = os.lstat(self.real(path))
        names = "st_atime st_ctime st_gid st_ino st_mode st_mtime st_nlink st_size st_uid".split()
        return {name: getattr(found, name) for name in names}

    def readdir(self, path, fh):
        return [".", "..", *os.listdir(self.real(path))]

    def readlink(self, path):
        return os.readlink(self.real(path))

    def statfs(self, path):
        found = os.statvfs(self.real(path))
        names = "f_bavail f_bfree f_blocks f_bsize f_favail f_ffree f_files f_flag f_frsize f_namemax".split()
        return {name: getattr(found, name) for name in names}

    def access(self, path, mode):
        if not os.access(self.real(path), mode):
            raise FuseOSError(errno.EACCES)

    # --- Names.

    def mkdir(self, path, mode):
        os.mkdir(self.real(path), mode)

    def rmdir(self, path):
        os.rmdir(self.real(path))

    def symlink(self, target, source):
        os.symlink(source, self.real(target))

    def link(self, target, source):
        os.link(self.real(source), self.real(target))

    def unlink(self, path):
        found = self.real(path)
        self.refuse_open(found)
        os.unlink(found)

    def rename(self, old, new):
        source, target = self.real(old), self.real(new)
        inside = [path for path in self.open_files if path.startswith(source + os.sep)]
        self.refuse_open(source, target, *inside)
        # Another case of its own name is no other file.
        if source == target:
            target = os.path.join(os.path.dirname(target), os.path.basename(new))
        os.rename(source, target)

    # --- Contents.

    def create(self, path, mode, fi=None):
        found = self.real(path)
        return self.opened(os.open(found, os.O_RDWR | os.O_CREAT, mode), found)

    def open(self, path, flags):
        found = self.real(path)
        return self.opened(os.open(found, flags), found)

    def release(self, path, fh):
        with self.guard:
            self.open_files[self.paths.pop(fh)] -= 1
        os.close(fh)

    def read(self, path, size, offset, fh):
        return os.pread(fh, size, offset)

    def write(self, path, data, offset, fh):
        return os.pwrite(fh, data, offset)

    def truncate(self, path, length, fh=None):
        os.truncate(self.real(path), length)

    def fsync(self, path, datasync, fh):
        os.fsync(fh)

    def fsyncdir(self, path, datasync, fh):
        raise FuseOSError(errno.EINVAL)

    def chmod(self, path, mode):
        os.chmod(self.real(path), mode)

    def chown(self, path, uid, gid):
        os.lchown(self.real(path), uid, gid)

    def utimens(self, path, times=None):
        os.utime(self.real(path), times)


if __name__ == "__main__" and sys.argv[1:] != ["--check"]:
    FUSE(
        AwkwardFileSystem(os.path.realpath(sys.argv[1])),
        sys.argv[2],
        foreground=True,
        # Not hidden under another name while it is open: refused.
        hard_remove=True,
        # Else what has changed under another spelling of its name is seen late.
        attr_timeout=0,
        entry_timeout=0,
        use_ino=True,
    )
