/** Says what is wrong with the name of a dimension, and which one was probably meant. */
import { bareProperty, whyUnanswerable } from './alias-names.js';
import { nearestName } from './nearest-name.js';
import { quoted } from './refuse.js';

const bareName = /^[\p{L}\p{N}_.-]{1,128}$/u;

/** The rest of a sentence that begins with the place of the dimension; `names` are those that it could be, and `rule` lists them. */
export function dimensionProblem(sent: unknown, names: readonly string[], rule: string): string {
  const why = whyUnanswerable(sent);
  if (why !== undefined || typeof sent !== 'string') return why ?? rule;
  const meant = likelyName(sent, names);
  return `is ${quoted(sent)}, which is not a dimension; ${meant ? `did you mean ${meant}? It ` : 'it '}${rule}`;
}

function likelyName(sent: string, names: readonly string[]): string | undefined {
  const unit = `time:${sent}`;
  if (names.includes(unit)) return unit;
  const near = nearestName(sent, names);
  if (near) return near;
  const property = bareProperty(sent);
  return bareName.test(property) ? `property:${property}` : undefined;
}
