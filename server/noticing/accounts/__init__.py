"""People, schools, roles, sign-in; policy.py decides who may do what."""
