"""Tests the tests: seeded bugs, one at a time in a copy of the tree, each to be caught by simulator or crash run."""
