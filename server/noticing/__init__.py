"""Noticing: what a coach notices in a lesson becomes feedback that a teacher wants to open."""

__version__ = "0.1.0"
