import { checkJobData } from '@millrace/shared/contract/jobs';
import { describe, expect, it } from 'vitest';

const exportData = {
  site_id: 'demo',
  dataType: 'COSTS',
  format: 'CSV',
  startDate: '2026-01-01',
  endDate: '2026-01-31',
};
const reportData = { reportType: 'COST_ANALYSIS', format: 'PDF' };
const days = { startDate: '2026-01-01', endDate: '2026-01-31' };
const lastWeek = { period: 'previous', periodType: 'week' };
const at = '2026-02-02T08:00:00.000Z';

describe('EXPORT_DATA', () => {
  const check = (fields: object) => checkJobData('data-export', 'EXPORT_DATA', { ...exportData, ...fields });

  it('requires a site', () => {
    expect(check({ site_id: undefined }).field).toBe('data.site_id');
    expect(check({})).toEqual({ data: exportData });
  });

  it.each(['march.csv', 'März 2026.csv', 'a..b', '-rf', `${'a'.repeat(197)}.gz`])(
    'accepts the file name %s',
    (outputPath) => {
      expect(check({ outputPath })).toEqual({ data: { ...exportData, outputPath } });
    },
  );

  it.each([
    ['/etc/passwd'],
    ['../march.csv'],
    ['..'],
    ['.'],
    ['.hidden'],
    ['a/march.csv'],
    ['a/../../march.csv'],
    ['C:\\march.csv'],
    ['..\\march.csv'],
    ['march.csv\0.pdf'],
    ['march\n.csv'],
    ['march\u202efdp.csv'],
    ['march\u200b.csv'],
    ['march\u2066.csv'],
    ['\ufeffmarch.csv'],
    ['march\u2028.csv'],
    ['march\u2029.csv'],
    ['march\u{e0041}.csv'],
    ['march\ud800.csv'],
    [' '],
    ['\u3164.csv'],
    ['\u034f.csv'],
    ['\u2800\u115f\u1160\uffa0.csv'],
    ['a'.repeat(201)],
    ['ä'.repeat(101)],
    ['0190a5b0-7c3d-7000-8000-000000000001.csv'],
    [''],
  ])('refuses the file name %j, which could be elsewhere or invalid', (outputPath) => {
    expect(check({ outputPath }).field).toBe('data.outputPath');
  });
});

describe('GENERATE_REPORT', () => {
  const check = (fields: object) => checkJobData('report-generation', 'GENERATE_REPORT', { ...reportData, ...fields });

  it('accepts a file name only if the id of each site fits into it, unless it has a site', () => {
    const [longest, longer] = [`${'a'.repeat(131)}.csv`, `${'a'.repeat(132)}.csv`];
    for (const fields of [{ outputPath: longest }, { outputPath: longer, site_id: 'demo' }])
      expect(check({ ...days, ...fields })).toEqual({ data: { ...reportData, ...days, ...fields } });
    expect(check({ ...days, outputPath: longer })).toMatchObject({
      field: 'data.outputPath',
      problem: expect.stringContaining('at most 135 bytes'),
    });
    for (const outputPath of ['a'.repeat(201), '0190a5b0-7c3d-7000-8000-000000000001.csv', '../x'])
      expect(check({ ...days, outputPath, site_id: 'demo' }).field).toBe('data.outputPath');
  });

  it.each([[days], [lastWeek], [{ ...lastWeek, at }], [{ ...days, at, site_id: 'demo' }]])('accepts %j', (fields) => {
    expect(check(fields)).toEqual({ data: { ...reportData, ...fields } });
  });

  it.each([
    [{}],
    [{ at }],
    [{ ...days, ...lastWeek }],
    [{ ...days, periodType: 'week' }],
    [{ startDate: '2026-01-01' }],
    [{ period: 'previous' }],
    [{ periodType: 'week' }],
  ])('refuses %j, because days must have one of two forms', (fields) => {
    expect(check(fields).problem).toBe(
      'The data of job "GENERATE_REPORT" is invalid: give either startDate and endDate, or period and periodType.',
    );
  });

  it('refuses days in the wrong order', () => {
    expect(check({ startDate: '2026-02-01', endDate: '2026-01-01' }).problem).toContain(
      'startDate must be before endDate',
    );
  });

  it('refuses a period that has not ended', () => {
    expect(check({ period: 'current', periodType: 'week' }).field).toBe('data.period');
  });
});

it.each([
  ['data-export', 'export', 'exportId'],
  ['report-generation', 'report', 'templateId'],
  ['report-generation', 'site-report', 'reportId'],
  ['report-generation', 'deliver', 'reportId'],
])('job %s/%s requires the id of a row', (queue, job, field) => {
  const id = '0190a5b0-7c3d-7000-8000-000000000001';
  expect(checkJobData(queue, job, { [field]: id })).toEqual({ data: { [field]: id } });
  expect(checkJobData(queue, job, { [field]: '1; drop table exports' }).field).toBe(`data.${field}`);
  expect(checkJobData(queue, job, {}).field).toBe(`data.${field}`);
  if (field === 'templateId') return;
  expect(checkJobData(queue, job, { [field]: 'weekly-user-growth' }).field).toBe(`data.${field}`);
  expect(checkJobData(queue, job, { [field]: id, site_id: 'demo' })).toEqual({
    data: { [field]: id, site_id: 'demo' },
  });
});

it('refers to an existing report template', () => {
  const data = { templateId: 'weekly-user-growth', at };
  expect(checkJobData('report-generation', 'report', data)).toEqual({ data });
});
