/** Says what is wrong with the name of a dimension, and which one was probably meant. */
import { whyUnanswerable } from './alias-names.js';
import { nearestName } from './nearest-name.js';

/** What other tools put before the name of a property. */
const prefix = /^(?:properties|props|prop|visit:props|event:properties)[.:]/;
const bareName = /^[\p{L}\p{N}_.-]{1,128}$/u;
const shown = (sent: string) => JSON.stringify(sent.length > 60 ? `${sent.slice(0, 60)}…` : sent);

/** The rest of a sentence that begins with the place of the dimension; `names` are those that it could be, and `rule` lists them. */
export function dimensionProblem(sent: unknown, names: readonly string[], rule: string): string {
  const why = whyUnanswerable(sent);
  if (why !== undefined || typeof sent !== 'string') return why ?? rule;
  const meant = likelyName(sent, names);
  return `is ${shown(sent.toWellFormed())}, which is not a dimension; ${meant ? `did you mean ${meant}? It ` : 'it '}${rule}`;
}

function likelyName(sent: string, names: readonly string[]): string | undefined {
  const unit = `time:${sent}`;
  if (names.includes(unit)) return unit;
  const near = nearestName(sent, names);
  if (near) return near;
  const property = sent.replace(prefix, '');
  return bareName.test(property) ? `property:${property}` : undefined;
}
