"""Runs a command in a pseudo-terminal: terminal.py COMMAND [ARGUMENT...]

What comes on standard input is typed into the terminal (byte 3 is Ctrl-C), what the terminal shows goes
to standard output; this ends as the command ended. The end of standard input hangs the terminal up, so
that nothing outlives a test that died. SIGUSR1 makes the terminal's window one column wider.
"""
import fcntl
import os
import pty
import resource
import select
import signal
import struct
import sys
import termios


def start(command):
    pid, terminal = pty.fork()
    if pid != 0:
        return pid, terminal
    # Background jobs of a shell inherit SIGINT as ignored.
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
        signal.signal(number, signal.SIG_DFL)
    attributes = termios.tcgetattr(0)
    attributes[1] &= ~termios.OPOST
    attributes[3] &= ~termios.ECHO
    termios.tcsetattr(0, termios.TCSANOW, attributes)
    os.execvp(command[0], command)


def widen(terminal):
    rows, columns, *pixels = struct.unpack("HHHH", fcntl.ioctl(terminal, termios.TIOCGWINSZ, bytes(8)))
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns + 1, *pixels))


def read(descriptor):
    try:
        return os.read(descriptor, 65536)
    except OSError:  # EIO: nobody has the terminal open any more
        return b""


def carry(terminal):
    while True:
        ready, _, _ = select.select([0, terminal], [], [])
        if terminal in ready:
            shown = read(terminal)
            if not shown:
                return
            os.write(1, shown)
        if 0 in ready:
            typed = read(0)
            if not typed:
                return
            os.write(terminal, typed)


def end_like(status):
    if os.WIFSIGNALED(status):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    sys.exit(os.WEXITSTATUS(status))


pid, terminal = start(sys.argv[1:])
signal.signal(signal.SIGUSR1, lambda *_: widen(terminal))
carry(terminal)
os.close(terminal)
end_like(os.waitpid(pid, 0)[1])
