"""Keeps the benchmark apart from the rest of the machine, and cleans up when it is told to stop."""

import ctypes
import fcntl
import os
import signal
import socket
import struct

_libc = ctypes.CDLL(None, use_errno=True)

# linux/sched.h, linux/prctl.h, linux/sockios.h, linux/if.h
_CLONE_NEWNET, _PR_SET_CHILD_SUBREAPER, _SIOCSIFFLAGS, _IFF_UP = 0x40000000, 36, 0x8914, 1


def own_network() -> bool:
    """Enters a network namespace with nothing but loopback, so that its counters count this benchmark alone.

    Wants root; answers whether it worked.
    """
    if os.geteuid() != 0 or _libc.unshare(_CLONE_NEWNET) != 0:
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))
    return True


def adopt_orphans() -> None:
    """Makes grandchildren whose parent has ended children of this process, so that wait4(2) tells what they used."""
    if _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def end_on_signals() -> None:
    """Makes SIGTERM and SIGHUP what Ctrl-C is: an exception, on whose way out everything is ended and removed."""

    def interrupt(*_) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
