"""A tablet whose browser can write nothing any more, in neither of its two places, until `MAKE_ROOM`."""

FILL_UP = """() => {
  const begin = IDBDatabase.prototype.transaction, post = Worker.prototype.postMessage;
  window.makeRoom = () => {
    IDBDatabase.prototype.transaction = begin;
    Worker.prototype.postMessage = post;
  };
  Worker.prototype.postMessage = () => { throw new DOMException('full', 'QuotaExceededError'); };
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    if (mode === 'readwrite') throw new DOMException('full', 'QuotaExceededError');
    return begin.call(this, stores, mode, options);
  };
}"""
MAKE_ROOM = "() => window.makeRoom()"
