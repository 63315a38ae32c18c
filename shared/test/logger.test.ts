import { serializeError } from '@millrace/shared/platform/logger';
import { expect, it } from 'vitest';

it('an error is logged with type, code and message, without passwords', () => {
  const error = Object.assign(new TypeError('no answer from postgres://me:secret@db/x'), { code: 'ECONNRESET' });
  expect(serializeError(error)).toMatchObject({
    ...{ type: 'TypeError', code: 'ECONNRESET', message: 'no answer from postgres://me:***@db/x' },
    stack: expect.stringContaining('logger.test.ts'),
  });
});

it.each([
  [{ code: '57014' }, "{ code: '57014' }"],
  ['postgres://me:secret@db/x', "'postgres://me:***@db/x'"],
  [undefined, 'undefined'],
  [null, 'null'],
])('a thrown value that is not an error is logged, too: %o', (thrown, message) => {
  expect(serializeError(thrown)).toEqual({ message });
});
