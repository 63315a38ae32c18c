/** Numbers the sessions of a segment in the order of its rows, which makes their column small. */

export interface NumberedSessions {
  /** For each row a place in `ids` from 1 on, 0 for none. */
  session: Uint32Array;
  ids: BigUint64Array;
}

/** Tells for each of `ids` the place of the first one that is equal. Ids are bytes of hashes, hence as good as random. */
function firstOfEqual(ids: BigUint64Array): Uint32Array {
  const halves = new Uint32Array(ids.buffer, ids.byteOffset, 2 * ids.length);
  const mask = 2 ** Math.ceil(Math.log2(2 * ids.length + 1)) - 1;
  /** Places from 1 on. */
  const table = new Uint32Array(mask + 1);
  const first = new Uint32Array(ids.length);
  for (let place = 0; place < ids.length; place += 1) {
    const [low, high] = [halves[2 * place]!, halves[2 * place + 1]!];
    for (let slot = low & mask; ; slot = (slot + 1) & mask) {
      const other = table[slot]! - 1;
      const isFree = other === -1;
      if (!isFree && (halves[2 * other] !== low || halves[2 * other + 1] !== high)) continue;
      if (isFree) table[slot] = place + 1;
      first[place] = isFree ? place : other;
      break;
    }
  }
  return first;
}

/** `session` are places in `ids` from 1 on; ids that no row has are left out, and of equal ones all but one. */
export function numberSessions(session: ArrayLike<number>, ids: BigUint64Array): NumberedSessions {
  const first = firstOfEqual(ids);
  const numberOf = new Uint32Array(ids.length);
  const numbered = new Uint32Array(session.length);
  const kept = new BigUint64Array(ids.length);
  let count = 0;
  for (let row = 0; row < session.length; row += 1) {
    if (session[row] === 0) continue;
    const place = first[session[row]! - 1]!;
    if (numberOf[place] === 0) {
      kept[count] = ids[place]!;
      numberOf[place] = ++count;
    }
    numbered[row] = numberOf[place]!;
  }
  return { session: numbered, ids: kept.slice(0, count) };
}
