import { expect, it } from 'vitest';
import { classifyError } from '../src/events/classify-error.js';

it.each([
  [{ code: '08006' }, 'transient'],
  [{ code: '40001' }, 'transient'],
  [{ code: '40P01' }, 'transient'],
  [{ code: '53100' }, 'transient'],
  [{ code: '55P03' }, 'transient'],
  [{ code: '57P01' }, 'transient'],
  [{ code: '57014' }, 'transient'],
  [{ code: '42P01' }, 'transient'],
  [{ code: 'ECONNREFUSED' }, 'transient'],
  [{ message: 'Connection terminated unexpectedly' }, 'transient'],
  [{ code: '22P05' }, 'data'],
  [{ code: '23502' }, 'data'],
  [{ code: '54000' }, 'data'],
  [{ code: '23514' }, 'missing_partition'],
  [{ code: 'XX000' }, 'unknown'],
  [{ message: 'whatever' }, 'unknown'],
])('%j is %s', (error, expected) => expect(classifyError(error)).toBe(expected));
