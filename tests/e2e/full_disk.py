"""A tablet whose browser can write nothing any more, until `MAKE_ROOM`."""

FILL_UP = """() => {
  window.room = IDBDatabase.prototype.transaction;
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    if (mode === 'readwrite') throw new DOMException('full', 'QuotaExceededError');
    return window.room.call(this, stores, mode, options);
  };
}"""
MAKE_ROOM = "() => { IDBDatabase.prototype.transaction = window.room; }"
