#!/usr/bin/env python3
"""Build the archive. The commands are in `events_archive.commands`; start at `build.run`."""

import gc
import os
import signal
import sys
from contextlib import suppress

if __name__ == "__main__":
    # The collector would look for cycles during a third of the build. It would find 1,700 objects
    # to free, of 1.6 million that 10,000 events need.
    gc.disable()

    # Until the command begins, Ctrl-C ends the process at once: there is nothing to clean up.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    from events_archive.output.up_to_date import is_up_to_date

    # A run that has nothing to do ends before it imports the rest of the package.
    messages = is_up_to_date(sys.argv[1:], __file__)
    if messages is not None:
        # Standard error may be closed (None) or full.
        with suppress(AttributeError, OSError):
            sys.stderr.write(messages)
            sys.stderr.flush()
        os._exit(0)

    from pathlib import Path

    from events_archive.cli import main

    status = main(sys.argv[1:], Path(__file__).resolve().parent)
    # Without freeing the objects of the build one by one, which takes 4 % of its time. What was
    # printed is flushed by `Console`.
    os._exit(status)
