/** Numbers in JSON keep every digit; everything else equals the result of JSON.parse. */
import { serializeEvent, validateEvent } from '@millrace/shared/contract/event';
import {
  type ExactNumber,
  exactDigits,
  parseExactJson,
  stringifyExactJson,
  TooManyExactNumbers,
} from '@millrace/shared/platform/exact-json';
import { describe, expect, it, vi } from 'vitest';

const again = (text: string) => stringifyExactJson(parseExactJson(text));

describe('a number that a double would change keeps its digits', () => {
  it.each([
    ['9007199254740993', '9007199254740993'],
    ['-9007199254740993', '-9007199254740993'],
    ['12345678901234567890', '12345678901234567890'],
    ['9007199254740993.0', '9007199254740993'],
    ['9007199254740993000', '9007199254740993000'],
    ['900719925474099.3e1', '9007199254740993'],
    ['0.1234567890123456789', '0.1234567890123456789'],
    ['123456789.1234567890', '123456789.123456789'],
    ['1234567.12345678901', '1234567.12345678901'],
    ['-0.00012345678901234567', '-0.00012345678901234567'],
    ['1.00000000000000000000001', '1.00000000000000000000001'],
    ['1e400', `1${'0'.repeat(400)}`],
    ['12E+399', `12${'0'.repeat(399)}`],
    ['1e-400', `0.${'0'.repeat(399)}1`],
    ['4e-324', `0.${'0'.repeat(323)}4`],
  ])('%s', (text, kept) => {
    expect(again(`{"a":[${text}, {"b":${text}}]}`)).toBe(`{"a":[${kept},{"b":${kept}}]}`);
  });
});

it.each([
  '0',
  '-0',
  '1.10',
  '0.1',
  '9007199254740992',
  '1e21',
  '1000000000000000000000',
  '1e308',
  '5e-324',
  '0.30000000000000004',
  '1.7976931348623157e308',
  '0.0000000000000000000',
  '0e999999999999',
  '100000000000000000000e-20',
])('%s, which fits in a double, stays a number', (text) => {
  expect(parseExactJson(`[${text}]`)).toEqual(JSON.parse(`[${text}]`));
});

it('does not change strings and keys that look like numbers', () => {
  const text = '{"9007199254740993":"9007199254740993","k\\"1234567890123456789":" 12345678901234567890 \\\\"}';
  expect(parseExactJson(text)).toEqual(JSON.parse(text));
});

it('parses text only once if it merely seems to contain such numbers', () => {
  const parse = vi.spyOn(JSON, 'parse');
  parseExactJson('[{"id":"1234567890123456789","n":0.30000000000000004},"x 1e-400"]');
  const times = parse.mock.calls.length;
  parse.mockRestore();
  expect(times).toBe(1);
});

it('distinguishes exact numbers from strings that imitate their markers', () => {
  const forged = JSON.stringify(['\0', `\0${'0'.repeat(32)}1`, `\0${'f'.repeat(32)}1`]);
  expect(again(`[${forged},9007199254740993]`)).toBe(`[${forged},9007199254740993]`);
});

it.each([
  '[01234567890123456789]',
  '[1234567890123456789.]',
  '[.1234567890123456789]',
  '[+1234567890123456789]',
  '[1234567890123456789 1]',
  '{"a":1234567890123456789',
  '',
])('refuses %s, which is not JSON', (text) => {
  expect(() => parseExactJson(text)).toThrow(SyntaxError);
});

it('keeps __proto__ as a key, the last of duplicate keys, and 100,000 levels', () => {
  const proto = '{"__proto__":9007199254740993,"a":{"__proto__":{"b":1e400}}}';
  expect(again(proto)).toBe(proto.replace('1e400', `1${'0'.repeat(400)}`));
  expect(again('{"a":9007199254740993,"a":9007199254740995}')).toBe('{"a":9007199254740995}');
  const deep = `${'['.repeat(100_000)}9007199254740993${']'.repeat(100_000)}`;
  expect(parseExactJson(deep)).toHaveLength(1);
});

it('finds long numbers anywhere in the text', () => {
  for (let spaces = 0; spaces < 40; spaces += 1) {
    expect(again(`[${' '.repeat(spaces)}1234567890123.4567]`)).toBe('[1234567890123.4567]');
    expect(again(`[${' '.repeat(spaces)}1e-300, 1e400]`)).toBe(`[1e-300,1${'0'.repeat(400)}]`);
  }
});

/** With quadratic time, these tests would exceed the time limit. */
describe('of a million digits', () => {
  const zeros = '0'.repeat(1_000_000);
  const nines = '9'.repeat(1_000_000);
  it.each([
    ['zeros between two digits', `1${zeros}1`],
    ['zeros in a fraction', `1.${zeros}1`],
    ['zeros after the first digit', `1.${zeros}`],
    ['zeros before the first digit', `0.${zeros}1${zeros}1`],
    ['zeros in an exponent', `1e${zeros}1`],
    ['nines in an exponent', `1e-${nines}`],
    ['nines', `${nines}.${nines}`],
  ])('a number with %s is read quickly', (_which, number) => {
    expect(parseExactJson(`{"a":${number},"b":7}`)).toMatchObject({ b: 7 });
    expect(parseExactJson(`[${`${number},`.repeat(3)}7]`)).toHaveLength(4);
  });

  it('in many short numbers are scanned quickly', () => {
    const text = `[${'1.2345678901234,1e10,'.repeat(50_000)}1e400]`;
    expect(parseExactJson(text)).toHaveLength(100_001);
  });

  it('and ten million in one number do not overflow the stack', () => {
    const long = parseExactJson(`[1${'0'.repeat(9_900_000)}1]`) as ExactNumber[];
    expect(exactDigits(long[0]!)).toBeUndefined();
  });
});

it('does not expand numbers while reading: many short ones represent a billion digits', () => {
  const numbers = parseExactJson(`[${'1e8000,'.repeat(125_000)}0]`) as ExactNumber[];
  expect(numbers).toHaveLength(125_001);
  expect(exactDigits(numbers[0]!)).toHaveLength(8_001);
});

it('stops at the first number beyond the budget, which several texts share', () => {
  const allowance = { left: 5 };
  expect(parseExactJson('[1e400,1.5,1e400,"1e400",9007199254740993]', allowance)).toHaveLength(5);
  expect(parseExactJson('[1e400,1e400]', allowance)).toHaveLength(2);
  expect(parseExactJson('[1,1e300,0.30000000000000004]', allowance)).toHaveLength(3);
  expect(() => parseExactJson('[1e400]', allowance)).toThrow(TooManyExactNumbers);
});

it.each([
  '1e307',
  '-1e-307',
  '123456789012345',
  '999999999999999',
  '0.00000000000001',
  '1.23456789e-300',
  '1e-323',
  '1e400',
])('%s next to an exact number is unchanged', (text) => {
  expect(Number(again(`[${text},9007199254740993]`).slice(1).split(',')[0])).toBe(Number(text));
});

describe('in an event', () => {
  const base = { site_id: 'demo', event_type: 'view', path: '/' };
  const check = (properties: string) =>
    validateEvent(parseExactJson(`${JSON.stringify(base).slice(0, -1)},"properties":${properties}}`), Date.now());

  it('the text for the queue has all digits, and unstorable characters are replaced', () => {
    const result = check('{"order":9007199254740993,"k\\u0000":["\\ud800",1e400]}');
    if (!result.ok) throw new Error(result.message);
    expect(serializeEvent(result.event)).toContain(
      `"properties":{"order":9007199254740993,"k\uFFFD":["\uFFFD",1${'0'.repeat(400)}]}`,
    );
  });
  it('a number that is too long to expand is refused by its path', () => {
    expect(check('{"a":{"big":1e131080}}')).toMatchObject({
      ok: false,
      reason: 'out_of_range',
      field: 'properties.a.big',
      message: 'properties.a.big must be a number of at most 8192 digits when written without an exponent',
    });
    expect(check('{"list":[1,1e99999999999999999999]}')).toMatchObject({ ok: false, field: 'properties.list.1' });
    expect(check('{"tiny":-1e-99999}')).toMatchObject({ ok: false, field: 'properties.tiny' });
  });
  it('counts with its expanded length', () => {
    expect(check(`{"a":${'9'.repeat(8_186)}}`)).toMatchObject({ ok: true });
    expect(check(`{"a":${'9'.repeat(8_187)}}`)).toMatchObject({ ok: false, reason: 'too_complex' });
    expect(check(`{"a":[${'1e8000,'.repeat(8_000)}0]}`)).toMatchObject({ ok: false, reason: 'too_complex' });
    expect(check('{"a":[1e4000,1e4000,1e4000]}')).toMatchObject({ ok: false, reason: 'too_complex' });
  });
  it('a number of a million digits is refused by its path', () => {
    const refusal = { ok: false, reason: 'out_of_range', field: 'properties.a' };
    expect(check(`{"a":1${'0'.repeat(1_000_000)}1}`)).toMatchObject(refusal);
    expect(check(`{"a":1.${'0'.repeat(1_000_000)}1}`)).toMatchObject(refusal);
  });
  it('is refused in place of a string, an object or an event', () => {
    expect(check('9007199254740993')).toMatchObject({ ok: false, reason: 'wrong_type', field: 'properties' });
    const number = parseExactJson('9007199254740993');
    expect(validateEvent(number, 0)).toMatchObject({ ok: false, reason: 'not_an_object' });
    expect(validateEvent({ ...base, user_id: number }, 0)).toMatchObject({ ok: false, reason: 'wrong_type' });
  });
});
