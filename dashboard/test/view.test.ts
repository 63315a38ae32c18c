import { describe, expect, it } from 'vitest';
import { type Filter, isAboutBots, readView, type View, writeView } from '../src/view-address.ts';

const filtersOf = (search: string) => readView(search).filters;
const written = (filters: Filter[]) => writeView({ ...readView(''), filters });
const roundTrip = (view: View) => readView(writeView(view));

describe('the address of a view', () => {
  it('omits defaults', () => {
    expect(writeView(readView(''))).toBe('');
  });

  it('is readable, and can be written by hand', () => {
    const filters: Filter[] = [
      ['is', 'country', ['DE', 'AT']],
      ['contains', 'path', ['/shop/a b']],
      ['is_not_set', 'property:plan'],
    ];
    const search =
      '?range=2026-06-01,2026-06-30&f=is,country,DE,AT&f=contains,path,/shop/a+b&f=is_not_set,property:plan';
    expect(writeView({ ...readView(''), range: '2026-06-01,2026-06-30', filters })).toBe(search);
    expect(filtersOf(search)).toEqual(filters);
  });

  it('round-trips everything', () => {
    const view: View = {
      ...{ range: '7d', compare: '2026-01-01,2026-01-07', match: 'weekday', interval: 'hour', metric: 'views' },
      ...{ filters: [['is', 'path', ['/']]], segment: '12', goal: '3', timezone: 'Asia/Kolkata' },
      ...{ tabs: { sources: 'channel', 'a&b': 'c=d' }, details: 'pages' },
    };
    expect(roundTrip(view)).toEqual(view);
  });

  it.each<[string, string | null]>([
    ['no value', null],
    ['an empty text', ''],
    ['a comma', 'a,b,,c'],
    ['the null marker', '!'],
    ['a text that starts with it', '!important'],
    ['two of them', '!!'],
    ['a percent sign', '100 %'],
    ['what looks escaped', '%2C%25%252C%2'],
    ['an ampersand, a hash, an equals sign and a plus', 'a&b#c=d+e'],
    ['emoji', '👩‍💻🏳️‍🌈'],
    ['letters from right to left', 'مرحبا'],
    ['lines', 'a\nb\r\tc'],
  ])('keeps a value with %s', (_name, value) => {
    const filters: Filter[] = [['is', `property:${value ?? 'x'}`, ['before', value, 'after', value]]];
    expect(filtersOf(written(filters))).toEqual(filters);
  });

  it('keeps values when another program has escaped everything', () => {
    const filters: Filter[] = [['is', 'path', ['a,b', null, '100%']]];
    const escaped = `?f=${encodeURIComponent(new URLSearchParams(written(filters)).get('f')!)}`;
    expect(escaped).not.toBe(written(filters));
    expect(filtersOf(escaped)).toEqual(filters);
  });

  it('replaces a lone surrogate, which no address can contain', () => {
    expect(filtersOf(written([['is', 'title', ['a\ud83d']]]))).toEqual([['is', 'title', ['a\ufffd']]]);
  });

  it('drops what the API would reject, such as a truncated filter', () => {
    const none = ['f=', 'f=is', 'f=is,', 'f=is,path', 'f=equals,path,a', 'f=contains,path,!', 'f=,path,a'];
    expect(filtersOf(`?${none.join('&')}`)).toEqual([]);
    expect(filtersOf('?f=contains,path,!,a&f=is_set,city,Rome')).toEqual([
      ['contains', 'path', ['a']],
      ['is_set', 'city'],
    ]);
  });

  it('never throws on a truncated address', () => {
    const filters: Filter[] = [['is_not', 'title', ['100 %, 👩‍💻', null, '!', '']]];
    const whole = writeView({ ...readView(''), range: '7d', filters, tabs: { pages: 'title' } });
    for (let length = 0; length <= whole.length; length += 1) {
      for (const [operator, , values = []] of filtersOf(whole.slice(0, length))) {
        expect(operator).toBe('is_not');
        expect(values.length).toBeGreaterThan(0);
      }
    }
  });

  it('keeps the parameters of an embedded page', () => {
    expect(writeView(readView('?range=7d'), '?embed=true&theme=dark&lang=de&other=1')).toBe(
      '?range=7d&embed=true&theme=dark&lang=de',
    );
  });

  it('ignores an unknown interval or match', () => {
    expect(readView('?interval=decade&match=moon')).toEqual(readView(''));
  });
});

describe('a filter', () => {
  it.each<[boolean, unknown]>([
    [true, ['is', 'bot', ['GPTBot']]],
    [true, ['is_set', 'bot']],
    [
      true,
      [
        'or',
        [
          ['is', 'path', ['/']],
          ['and', [['contains', 'bot', ['GPT']]]],
        ],
      ],
    ],
    [false, ['is_not', 'bot', ['GPTBot']]],
    [false, ['is_not_set', 'bot']],
    [false, ['not', ['is', 'bot', ['GPTBot']]]],
    [false, ['is', 'path', ['bot']]],
  ])('is about bots: %s, as %j', (expected, filter) => {
    expect(isAboutBots(filter)).toBe(expected);
  });
});
