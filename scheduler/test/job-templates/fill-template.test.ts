import { describe, expect, it } from 'vitest';
import { findTemplateProblem } from '../../src/job-templates/check-template.js';
import { fillTemplate, templateData } from '../../src/job-templates/fill-template.js';

const at = new Date('2026-03-01T03:30:00Z');
const template = (data: Record<string, unknown>, params: Record<string, unknown> = {}) => ({
  queue: 'analytics-aggregation',
  job: 'publisher',
  data,
  params,
});
const fill = (
  data: Record<string, unknown>,
  given: { params?: object; siteId?: string; timezone?: string; defaults?: object } = {},
) =>
  fillTemplate(template(data, { ...given.defaults }), {
    at,
    timezone: given.timezone ?? 'UTC',
    siteId: given.siteId,
    params: { ...given.params },
  });

describe('date placeholders', () => {
  const all = { a: '{{date}}', b: '{{yesterday}}', c: '{{month}}', d: '{{previous_month}}', e: '{{now}}' };

  it.each([
    ['UTC', '2026-03-01', '2026-02-28', '2026-03', '2026-02'],
    ['America/New_York', '2026-02-28', '2026-02-27', '2026-02', '2026-01'],
    ['Pacific/Auckland', '2026-03-01', '2026-02-28', '2026-03', '2026-02'],
  ])('depend on the time zone: %s', (timezone, date, yesterday, month, previousMonth) => {
    expect(fill(all, { timezone })).toEqual({
      data: { a: date, b: yesterday, c: month, d: previousMonth, e: '2026-03-01T03:30:00.000Z' },
    });
  });

  it('may be part of a text, repeated, with spaces, at any depth', () => {
    const data = { name: 'from {{yesterday}} to {{ date }}.csv', list: ['{{month}}', { deep: '{{month}}-{{month}}' }] };
    expect(fill(data)).toEqual({
      data: { name: 'from 2026-02-28 to 2026-03-01.csv', list: ['2026-03', { deep: '2026-03-2026-03' }] },
    });
  });
});

describe('parameters', () => {
  it('keep their type if they are the whole text, and become text otherwise', () => {
    const data = { n: '{{n}}', list: '{{list}}', off: '{{off}}', nothing: '{{nothing}}', text: 'top {{n}}, {{off}}' };
    const params = { n: 5, list: ['a', { b: 1 }], off: false, nothing: null };
    expect(fill(data, { params })).toEqual({ data: { ...params, text: 'top 5, false' } });
  });

  it('have the given value, or else their default', () => {
    const data = { a: '{{a}}', b: '{{b}}' };
    expect(fill(data, { defaults: { a: 1, b: 2 }, params: { b: 3 } })).toEqual({ data: { a: 1, b: 3 } });
  });

  it('are filled in once: placeholders within values are not replaced', () => {
    expect(fill({ a: '{{a}}', b: '<{{a}}>' }, { params: { a: '{{date}}' } })).toEqual({
      data: { a: '{{date}}', b: '<{{date}}>' },
    });
    expect(fill({ b: '<{{a}}>' }, { params: { a: "$& $' $1" } })).toEqual({ data: { b: "<$& $' $1>" } });
  });

  it.each([
    [{ a: '{{a}}' }, {}, 'params.a', 'The template has {{a}} without a default, so it needs a value.'],
    [{ a: '{{a}}' }, { params: { a: 1, b: 1 } }, 'params.b', 'The template has no {{b}}: its parameters are a.'],
    [{}, { params: { b: 1 } }, 'params.b', 'The template has no {{b}}: it has no parameters.'],
    [
      { a: '{{date}}' },
      { params: { date: 'x' } },
      'params.date',
      '{{date}} is not a parameter; it is filled in automatically.',
    ],
    [
      { a: '{{constructor}}' },
      {},
      'params.constructor',
      'The template has {{constructor}} without a default, so it needs a value.',
    ],
    [
      { a: 'x {{a}}' },
      { params: { a: [1] } },
      'params.a',
      '{{a}} is part of a text in data.a, so its value must be a text, a number, true or false.',
    ],
    [{ a: '{{site_id}}' }, {}, 'site_id', 'The template has {{site_id}}, so it needs a site.'],
    [{ a: '{{date}}' }, { siteId: 'demo' }, 'site_id', 'The template has no {{site_id}}, so it takes no site.'],
  ])('in %j, given %j, are refused at %s', (data, given, field, problem) => {
    expect(fill(data, given)).toEqual({ field, problem });
  });

  it('are not confused with properties of Object.prototype', () => {
    const data = JSON.parse('{"__proto__":"{{date}}"}') as Record<string, unknown>;
    const filled = fill(data).data!;
    expect(Object.entries(filled)).toEqual([['__proto__', '2026-03-01']]);
    expect(Object.getPrototypeOf(filled)).toBe(Object.prototype);
  });
});

describe('filled data', () => {
  const days = { startDate: '{{yesterday}}', endDate: '{{date}}', granularity: '{{granularity}}' };

  it('must match the contract of the job', () => {
    const given = { at, timezone: 'UTC', params: { granularity: 'day' } };
    expect(templateData(template(days), given)).toEqual({
      data: { startDate: '2026-02-28', endDate: '2026-03-01', granularity: 'day' },
    });
    expect(templateData(template(days), { ...given, params: { granularity: 'decade' } })).toEqual({
      field: 'data.granularity',
      problem: expect.stringContaining('granularity must be one of hour, day, week, month'),
    });
  });
});

describe('a template', () => {
  const days = { startDate: '{{yesterday}}', endDate: '{{date}}', granularity: 'day' };
  const problemOf = (data: Record<string, unknown>, params = {}) => findTemplateProblem(template(data, params), at);

  it.each<[Record<string, unknown>, object]>([
    [days, {}],
    [{ ...days, site_id: '{{site_id}}' }, {}],
    [{ ...days, site_id: 'shop-{{country}}' }, {}],
    [{ ...days, granularity: '{{granularity}}' }, { granularity: 'week' }],
    [{ ...days, granularity: '{{granularity}}', startDate: '{{from}}' }, {}],
  ])('may contain %j with defaults %j', (data, params) => {
    expect(problemOf(data, params)).toBeUndefined();
  });

  it.each<[Record<string, unknown>, object, string, string]>([
    [{ ...days, granularity: 'decade' }, {}, 'data.granularity', 'must be one of'],
    [{ ...days, granularity: '{{date}}' }, {}, 'data.granularity', 'must be one of'],
    [{ ...days, granularity: '{{g}}' }, { g: 'decade' }, 'data.granularity', 'must be one of'],
    [{ startDate: '{{from}}', granularity: 'day' }, {}, 'data.endDate', 'endDate is required'],
    [{ ...days, more: '{{x}}' }, {}, 'data.more', 'not allowed'],
    [{ ...days, startDate: '{{from}}', granularity: 'decade' }, {}, 'data.granularity', 'must be one of'],
    [{ ...days, startDate: '{{Date}}' }, {}, 'data.startDate', 'without a placeholder such as {{date}}'],
    [{ ...days, startDate: '{{date' }, {}, 'data.startDate', 'without a placeholder such as {{date}}'],
    [days, { granularity: 'day' }, 'params.granularity', 'does not contain {{granularity}}'],
    [days, { date: '2026-01-01' }, 'params.date', 'filled in automatically'],
    [days, { site_id: 'demo' }, 'params.site_id', 'filled in automatically'],
    [{ ...days, x: '{{date}}'.repeat(101) }, {}, 'data', 'at most 100 placeholders'],
  ])('is refused with %j and defaults %j, at %s', (data, params, field, problem) => {
    const found = problemOf(data, params);
    expect(found?.field).toBe(field);
    expect(found?.problem).toContain(problem);
  });

  it('is refused for an unknown queue or job, or one that nothing consumes', () => {
    const other = (queue: string, job: string) => findTemplateProblem({ queue, job, data: {}, params: {} }, at)?.field;
    expect(other('cleanup', 'sweep')).toBe('job');
    expect(other('nowhere', 'clean')).toBe('queue');
  });
});
