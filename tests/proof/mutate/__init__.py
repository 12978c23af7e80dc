"""Tests the tests: seeded bugs, one at a time in a copy of the tree, each to be caught by the simulator or the crash run."""
