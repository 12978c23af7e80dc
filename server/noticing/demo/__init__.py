"""A believable school to look around in: made-up people, and two visits that came in as a tablet sends them."""

from noticing.demo.fill import PASSWORD, accounts_there, fill, is_there

__all__ = ["PASSWORD", "accounts_there", "fill", "is_there"]
