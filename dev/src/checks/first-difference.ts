/** Returns both versions of the first line that differs, with its number, or undefined if the texts are equal. */
export function firstDifference(expected: string, actual: string): string | undefined {
  if (expected === actual) return undefined;
  const [left, right] = [expected.split('\n'), actual.split('\n')];
  const index = left.findIndex((line, number) => line !== right[number]);
  const at = index === -1 ? left.length : index;
  return `line ${at + 1}: committed ${quote(left[at])}, current ${quote(right[at])}`;
}

function quote(line: string | undefined): string {
  return line === undefined ? 'nothing' : `"${line}"`;
}
