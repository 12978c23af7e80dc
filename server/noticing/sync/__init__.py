"""The tablet's door: enrol, hello, receive, hand out. One file per step of the conversation."""
