/** Numbers the sessions of a segment in row order, which makes their column compress well. */

export interface NumberedSessions {
  /** For each row an index into `ids`, from 1; 0 for none. */
  session: Uint32Array;
  ids: BigUint64Array;
}

/** For each id the index of the first equal one. Ids are bytes of a hash, so they serve as hash values themselves. */
function firstOfEqual(ids: BigUint64Array): Uint32Array {
  const halves = new Uint32Array(ids.buffer, ids.byteOffset, 2 * ids.length);
  const mask = 2 ** Math.ceil(Math.log2(2 * ids.length + 1)) - 1;
  /** Indexes from 1. */
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

/** `session` has indexes into `ids`, from 1. Unused and duplicate ids are removed. */
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
