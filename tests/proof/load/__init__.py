"""`python3 dev.py load`: a district's tablets come back online in the same minute, and nothing may be lost."""

from proof.load.command import main

__all__ = ["main"]
