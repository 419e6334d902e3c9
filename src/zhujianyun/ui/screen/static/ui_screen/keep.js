// The last good state of each screen, kept on wall devices for a start without network. Desks keep nothing.
const NAME = "zjy-wall", STORE = "screens";
let opened = null;

function base() {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  return opened;
}

async function ask(mode, act) {
  try {
    const store = (await base()).transaction(STORE, mode).objectStore(STORE);
    return await new Promise((done, failed) => {
      const asked = act(store);
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
  } catch (error) {  // private mode, full disk: the wall goes on without
    console.warn("无法保存离线状态", error);
    return undefined;
  }
}

export const save = (code, kept) => ask("readwrite", (store) => store.put(kept, code));
export const load = (code) => ask("readonly", (store) => store.get(code));

// Refused: nothing may be shown from here any more.
export async function forget() {
  await ask("readwrite", (store) => store.clear());
  if (globalThis.caches) for (const name of await caches.keys()) await caches.delete(name);
}
