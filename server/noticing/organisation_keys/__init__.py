"""The tenant's key pairs: devices seal to the public part, the server opens with the private one."""
