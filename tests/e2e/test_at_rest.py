"""What lies on a tablet says nothing to whoever reads its files."""

from collections.abc import Iterator
from pathlib import Path

import coach
import pytest
from playwright.sync_api import Page, Playwright, expect
from tablet import Tablet

from live_server import LiveServer
from noticing.demo.people import COACHES, DISTRICT, SCHOOLS, TEACHERS

CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
ON_SQLITE = "--enable-features=IdbSqliteBackingStore,IdbSqliteOnDiskRollout"

HEARD = "Zebras graze quietly"
HALF = "Giraffes wonder alou"
STRENGTH = "Walruses explained their reasoning"
ALT = "Flamingos sorted by colour"
NAMES = (DISTRICT, *SCHOOLS, *(name for name, _mailbox in COACHES), *(one.name for one in TEACHERS))
WORDS = (HEARD, HALF, STRENGTH, ALT, "Zebras", "Giraffes", "Walruses", "Flamingos", *NAMES)
CONTROL = "Pelicans in the clear"

# What a page of this origin can read: every database, the private file system, the small storages, the caches.
READ_ALL = """async () => {
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const decode = (bytes) => [
    new TextDecoder('latin1').decode(bytes),
    new TextDecoder('utf-8').decode(bytes),
    new TextDecoder('utf-16le').decode(bytes),
  ].join('|');
  const write = (value) => JSON.stringify(value, (_key, one) => {
    if (one instanceof ArrayBuffer) return decode(one);
    return ArrayBuffer.isView(one) ? decode(one) : one;
  });
  const found = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const held = database.transaction(store).objectStore(store);
      found.push(`${name} ${store} ` + write([await asked(held.getAllKeys()), await asked(held.getAll())]));
    }
    database.close();
  }
  const walk = async (folder, path) => {
    for await (const [name, handle] of folder.entries()) {
      if (handle.kind === 'directory') await walk(handle, `${path}/${name}`);
      else found.push(`${path}/${name} ` + decode(await (await handle.getFile()).arrayBuffer()));
    }
  };
  await walk(await navigator.storage.getDirectory(), 'files');
  found.push('local ' + write({ ...localStorage }), 'session ' + write({ ...sessionStorage }));
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      found.push(`${request.url} ` + decode(await (await cache.match(request)).arrayBuffer()));
    }
  }
  return found;
}"""
PUT_IN_THE_CLEAR = """async (text) => {
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  localStorage.setItem('control', `${text} local`);
  const { name } = (await indexedDB.databases()).find((one) => one.name.startsWith('noticing-'));
  const database = await asked(indexedDB.open(name));
  const transaction = database.transaction('diagnostics', 'readwrite', { durability: 'strict' });
  transaction.objectStore('diagnostics').add({ at: '', code: 'control', text: `${text} database` });
  await new Promise((resolve) => { transaction.oncomplete = resolve; });
  database.close();
  const root = await navigator.storage.getDirectory();
  const file = await (await root.getFileHandle('control', { create: true })).createWritable();
  await file.write(`${text} file`);
  await file.close();
}"""


@pytest.fixture(params=["leveldb", "sqlite"])
def tablet(playwright: Playwright, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Tablet]:
    backend = (ON_SQLITE,) if request.param == "sqlite" else ()
    tablet = Tablet(playwright, tmp_path / "profile", args=(*CAMERA, *backend))
    yield tablet
    tablet.sleep()


def test_no_name_and_no_word_can_be_read_in_the_files_of_a_tablet(
    tablet: Tablet, live_server: LiveServer
) -> None:
    page = tablet.wake()
    fill(tablet, page, live_server)
    tablet.sleep()
    assert find_in_files(tablet.profile, WORDS) == []

    page = tablet.wake()
    page.goto(f"{live_server.url}/healthz")
    read = page.evaluate(READ_ALL)
    assert any("stream_key" in one for one in read), "the databases should have been read"
    assert any(one.startswith("files/noticing-keys") for one in read)
    assert find_in_texts(read, WORDS) == []

    # The search would find it: the same words, written without a vault.
    page.evaluate(PUT_IN_THE_CLEAR, CONTROL)
    places = [f"{CONTROL} {place}" for place in ("local", "database", "file")]
    assert {word for word, _text in find_in_texts(page.evaluate(READ_ALL), places)} == set(places)
    tablet.sleep()
    assert {word for word, _file in find_in_files(tablet.profile, places)} == set(places)


def fill(tablet: Tablet, page: Page, server: LiveServer) -> None:
    """Visits of her own and from the server, names, a draft, a photo, and a line that is being typed."""
    coach.sign_in(page, server.url, "lee@demo.example")
    coach.install(page)
    coach.start_visit(page, "Okafor", "Lesson clarity", present=20)
    coach.tick(page, "Goal of the lesson can be seen")
    coach.finish(page)
    page.get_by_label("Strength 1").fill(STRENGTH)
    page.get_by_role("link", name="Back to Today").click()
    tablet.set_offline(True)
    coach.start_visit(page, "Rivera", "Selective script", present=22)
    coach.write_line(page, HEARD)
    page.get_by_role("button", name="Take a photo").click()
    page.get_by_role("button", name="Take the photo").click()
    page.get_by_role("checkbox", name="No student can be recognised").check()
    page.get_by_label("What it shows, in words").fill(ALT)
    page.get_by_role("button", name="Save the photo").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_label("What do you hear or see?").press_sequentially(HALF)
    coach.expect_all_marks(page, "dot")


def find_in_texts(texts: list[str], words: tuple[str, ...] | list[str]) -> list[tuple[str, str]]:
    return [(word, text[:60]) for text in texts for word in words if word in text]


def find_in_files(profile: Path, words: tuple[str, ...] | list[str]) -> list[tuple[str, str]]:
    """In all files of the browser's profile, as UTF-8 and as UTF-16 of either order."""
    patterns = [
        (word, word.encode(coding)) for word in words for coding in ("utf-8", "utf-16-le", "utf-16-be")
    ]
    found = set()
    for file in profile.rglob("*"):
        if file.is_file() and not file.is_symlink():
            content = file.read_bytes()
            place = str(file.relative_to(profile))
            found |= {(word, place) for word, pattern in patterns if pattern in content}
    return sorted(found)
