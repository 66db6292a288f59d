"""What the operating system says no with, in words for the person in front of it."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from types import MappingProxyType

from automations.core.messages import Message, msg

_FULL = msg("the disk is full")
_NOT_ALLOWED = msg("there is no permission")
_GONE = msg("it is not there")
_BUSY = msg("another program is using it")
_CAUSES: Mapping[int, Message] = MappingProxyType(
    {
        errno.ENOSPC: _FULL,
        errno.EDQUOT: _FULL,
        errno.EFBIG: _FULL,
        errno.EACCES: _NOT_ALLOWED,
        errno.EPERM: _NOT_ALLOWED,
        errno.EROFS: _NOT_ALLOWED,
        errno.ENOENT: _GONE,
        errno.EBUSY: _BUSY,
        errno.ETXTBSY: _BUSY,
        errno.EEXIST: msg("a file of this name is in the way"),
        errno.ENOTDIR: msg("a file is in the way where a folder should be"),
        errno.EISDIR: msg("a folder of this name is in the way"),
        errno.ENAMETOOLONG: msg("the name is too long"),
        errno.EIO: msg("the disk does not answer"),
        errno.ETIMEDOUT: msg("the network drive does not answer"),
    }
)


def cause_of(error: OSError) -> Message:
    """Return why the system could not read or write, as the end of a sentence."""
    return _CAUSES.get(error.errno or 0) or msg("the system gives no reason that is known here")
