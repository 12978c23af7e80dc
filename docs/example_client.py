"""A whole client of the sync API, short enough to be read. docs/sync-api.md says why each step is as it is.

    tablet="python docs/example_client.py tablet.db http://127.0.0.1:8000"
    $tablet enrol lee@demo.example           asks for the password
    $tablet visit lesson-clarity             begins a visit to the first teacher of this coach
    $tablet mark goal_visible 3              three marks; a line that is printed is on this disk
    $tablet photo work_shown wall.jpg "Four posters on a wall"
    $tablet sync                             until everything is on the server's disk, through any fault
    $tablet verify                           compares with what lies on the server's disk, and mends that
    $tablet rescue unsent.json               saves what is unsent, for the page /rescue

An entry is on this disk before anything is sent, and nothing is deleted: end it with kill -9 whenever you like.
"""

import base64, getpass, gzip, hashlib, json, random, re, secrets, sqlite3, sys, time  # noqa: E401
import uuid
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path

import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

SYNC = "/api/v1/sync"
