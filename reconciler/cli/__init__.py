"""The command line: the only printer, the only catcher, the only reader of the environment.

Standard output carries the asked-for format alone; everything else goes to standard error. What is
slow to import is imported by the command that needs it.
"""

from reconciler.cli.main import run

__all__ = ["run"]
