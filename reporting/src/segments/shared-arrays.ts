/** Arrays that are reused by many callers and must not be written to. */

let rows = new Uint32Array();
let zeros = new Uint8Array();

/** 0, 1, 2, ... */
export function everyRow(count: number): Uint32Array {
  if (count > rows.length) {
    rows = new Uint32Array(2 * count);
    for (let row = 0; row < rows.length; row += 1) rows[row] = row;
  }
  return rows.subarray(0, count);
}

/** A column of zeros. */
export function noCodes(count: number): Uint8Array {
  if (count > zeros.length) zeros = new Uint8Array(2 * count);
  return zeros.subarray(0, count);
}
