/** Numbers the sessions of a segment in the order of its rows, which makes their column small. */

export interface NumberedSessions {
  /** For each row a place in `ids` from 1 on, 0 for none. */
  session: Uint32Array;
  ids: BigUint64Array;
}

/** `session` are places in `ids` from 1 on; ids that no row has are left out, and of equal ones all but one. */
export function numberSessions(session: ArrayLike<number>, ids: BigUint64Array): NumberedSessions {
  const numbers = new Map<bigint, number>();
  const numberOf = new Uint32Array(ids.length + 1);
  const numbered = new Uint32Array(session.length);
  for (let row = 0; row < session.length; row += 1) {
    const place = session[row]!;
    if (place === 0) continue;
    if (numberOf[place] === 0) {
      const id = ids[place - 1]!;
      if (!numbers.has(id)) numbers.set(id, numbers.size + 1);
      numberOf[place] = numbers.get(id)!;
    }
    numbered[row] = numberOf[place]!;
  }
  return { session: numbered, ids: BigUint64Array.from(numbers.keys()) };
}
