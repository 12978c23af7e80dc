// The log as it lies in this tablet's database: of every entry its place, its id and the hash of its body.
async () => {
  const databases = (await indexedDB.databases()).map((one) => one.name);
  const name = databases.find((one) => /^noticing-[0-9a-f-]{36}$/.test(one));
  if (!name) return { entries: [], acknowledged: {} };
  const database = await new Promise((resolve, reject) => {
    const opening = indexedDB.open(name);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
  const all = (store) =>
    new Promise((resolve, reject) => {
      if (!database.objectStoreNames.contains(store)) return resolve([]);
      const asking = database.transaction(store).objectStore(store).getAll();
      asking.onsuccess = () => resolve(asking.result);
      asking.onerror = () => reject(asking.error);
    });
  try {
    const rows = await all('entries');
    const marks = [...(await all('meta')), ...(await all('streams'))].filter((one) => one?.stream_id);
    return {
      entries: rows.map((row) => [row.stream_id, row.stream_seq, row.entry_id, row.hash]),
      acknowledged: Object.fromEntries(marks.map((one) => [one.stream_id, one.acknowledged_through])),
    };
  } finally {
    database.close();
  }
}
