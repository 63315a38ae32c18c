import { bareProperty, unsupportedReason } from './alias-names.js';
import { nearestName } from './nearest-name.js';
import { quoted } from './refuse.js';

const bareName = /^[\p{L}\p{N}_.-]{1,128}$/u;

/** Completes a sentence that starts with the field. `names` are the valid names, for suggestions; `rule` lists them. */
export function dimensionProblem(sent: unknown, names: readonly string[], rule: string): string {
  const why = unsupportedReason(sent);
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
