/** `@millrace/node/spool`: stores events in files, so that they survive the process. */
import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Item } from './queue.js';
import type { Spool } from './safe-spool.js';
import { type Lane, openLane, readLane } from './spool-lane.js';
import { heartbeatMs, isOwned, ownerTimeoutMs, removeOwner, touchOwner, writeOwner } from './spool-owner.js';

let lanesOfProcess = 0;

/** A name unique across processes. */
function laneName(): string {
  lanesOfProcess += 1;
  return `${Date.now().toString(36)}-${process.pid}-${lanesOfProcess}-${Math.random().toString(36).slice(2, 10)}`;
}

/** Created under a hidden name, so that it never appears without an owner and gets taken over. */
function makeFolder(folder: string, name: string): string {
  const draft = join(folder, `.${name}`);
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  writeOwner(draft);
  const made = join(folder, name);
  renameSync(draft, made);
  return made;
}

/** Only one of several processes succeeds; false for the others. */
function claim(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    writeOwner(to);
    return true;
  } catch {
    return false;
  }
}

/**
 * A spool in `folder`, which is created if missing. Each process writes its own files, so several may share a folder.
 *
 * When `track()` has returned, the operating system has the event: it survives the end of the process, even by SIGKILL. It may
 * not survive a power cut, since nothing is fsynced.
 */
export function createFileSpool(folder: string): Spool {
  let opened: { folder: string; lane: Lane; heartbeat: NodeJS.Timeout } | undefined;
  let lookedAt = 0;
  let sawAll = false;

  function lane(): Lane {
    if (!opened) throw new Error('the spool is not open');
    return opened.lane;
  }

  function keep(items: Item[]): Item[] {
    for (const item of items) item.spooled = lane().append(item);
    return items;
  }

  function takeOver(name: string): Item[] {
    const path = join(folder, name);
    const mine = join(folder, laneName());
    if (isOwned(path) || !claim(path, mine)) return [];
    const items = keep(readLane(mine));
    rmSync(mine, { recursive: true, force: true });
    return items;
  }

  return {
    open() {
      if (opened) throw new Error('this spool already belongs to a client: call createFileSpool once per client');
      const made = makeFolder(folder, laneName());
      const heartbeat = setInterval(() => touchOwner(made), heartbeatMs).unref();
      opened = { folder: made, lane: openLane(made), heartbeat };
    },
    recover() {
      // A process elsewhere may turn out to be dead, but checking each time the queue is empty would be too often.
      if (sawAll && Date.now() - lookedAt < ownerTimeoutMs) return [];
      lookedAt = Date.now();
      sawAll = false;
      for (const name of readdirSync(folder)
        .filter((name) => !name.startsWith('.'))
        .sort()) {
        const items = takeOver(name);
        if (items.length > 0) return items;
      }
      sawAll = true;
      return [];
    },
    append: (item) => lane().append(item),
    settle: (number) => lane().settle(number),
    close() {
      if (!opened) return;
      clearInterval(opened.heartbeat);
      if (opened.lane.close()) rmSync(opened.folder, { recursive: true, force: true });
      else removeOwner(opened.folder);
      opened = undefined;
    },
  };
}
