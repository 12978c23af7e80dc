"""The administrator's view of the devices: when each was heard, what it still owes, what lies aside and why."""
