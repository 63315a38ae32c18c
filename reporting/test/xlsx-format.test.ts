/** Workbooks, read back with another library. */
import ExcelJS from 'exceljs';
import { describe, expect, it } from 'vitest';
import { writeXlsx } from '../src/exports/formats/xlsx-format.js';
import { bytesOf, column, hostileTexts, sourceOf } from './written-file.js';

async function workbook(...given: Parameters<typeof sourceOf>): Promise<ExcelJS.Workbook> {
  return readBack(await bytesOf(writeXlsx(sourceOf(...given))));
}

async function readBack(file: Buffer): Promise<ExcelJS.Workbook> {
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(file as never);
  return book;
}

/** Decodes text as Excel and LibreOffice do (ECMA-376, ST_Xstring); exceljs returns it as it is in the file. */
const decoded = (value: unknown) =>
  typeof value === 'string'
    ? value.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    : value;

/** Values of the rows below the header, without the empty first entry of the library. */
function valuesOf(sheet: ExcelJS.Worksheet, from = 2): unknown[][] {
  return (sheet.getRows(from, sheet.rowCount - from + 1) ?? []).map((row) =>
    (row.values as unknown[]).slice(1).map(decoded),
  );
}

describe('a workbook', () => {
  it('has columns wide enough for a UUID', async () => {
    const columns = [column('event_id'), column('event_type')];
    const sheet = (await workbook(columns, [['0190a5b0-7c3d-7000-8000-000000000001', 'view']])).worksheets[0]!;
    expect(sheet.columns.map(({ width }) => width)).toEqual([38, 24]);
  });

  it('has a frozen header and typed values', async () => {
    const columns = [
      column('name'),
      column('count', 'integer'),
      column('amount', 'decimal'),
      column('ratio', 'number'),
      column('day', 'date'),
      column('time', 'instant'),
      column('on', 'boolean'),
    ];
    const row = ['a', '42', '-12.50', '0.30000000000000004', '2026-01-31', '2026-01-31T08:15:00.123456Z', 'false'];
    const sheet = (await workbook(columns, [row, columns.map(() => null)])).worksheets[0]!;
    expect(sheet.name).toBe('Events');
    expect(sheet.views).toMatchObject([{ state: 'frozen', ySplit: 1 }]);
    expect(valuesOf(sheet, 1).slice(0, 2)).toEqual([
      ['name', 'count', 'amount', 'ratio', 'day', 'time', 'on'],
      ['a', 42, -12.5, 0.30000000000000004, new Date('2026-01-31'), new Date('2026-01-31T08:15:00.123Z'), false],
    ]);
    expect([sheet.getCell('E2').numFmt, sheet.getCell('F2').numFmt]).toEqual(['yyyy-mm-dd', 'yyyy-mm-dd hh:mm:ss.000']);
  });

  it('has its header even without rows', async () => {
    expect(valuesOf((await workbook([column('a'), column('b')], [])).worksheets[0]!, 1)).toEqual([['a', 'b']]);
  });

  it('continues on further sheets, each with the header', async () => {
    const rows = ['1', '2', '3', '4', '5'].map((n) => [n]);
    const book = await readBack(await bytesOf(writeXlsx(sourceOf([column('n', 'integer')], rows), 3)));
    expect(book.worksheets.map((sheet) => [sheet.name, ...valuesOf(sheet, 1).flat()])).toEqual([
      ['Events', 'n', 1, 2],
      ['Events_2', 'n', 3, 4],
      ['Events_3', 'n', 5],
    ]);
  });

  it('has a name that Excel accepts, whatever the title', async () => {
    const titles = [`'Q1/Q2: [a]*?\\'`, 'History', '  ', '\u0007', `${'x'.repeat(30)}👩`, "it's"];
    const names = await Promise.all(
      titles.map(async (title) => (await workbook([column('a')], [], { title })).worksheets[0]!.name),
    );
    expect(names).toEqual(['Q1 Q2   a', 'Rows', 'Rows', 'Rows', 'x'.repeat(30), "it's"]);
  });

  it('keeps names of further sheets within 31 characters, and unique', async () => {
    const rows = Array.from({ length: 20 }, (_, n) => [String(n)]);
    const source = sourceOf([column('n', 'integer')], rows, { title: 'y'.repeat(40) });
    const names = (await readBack(await bytesOf(writeXlsx(source, 2)))).worksheets.map(({ name }) => name);
    expect(names).toHaveLength(20);
    expect(new Set(names).size).toBe(20);
    expect(names.every((name) => name.length <= 31)).toBe(true);
  });

  it('has columns for declared fields, named with dots', async () => {
    const fields = [column('totalUsers', 'integer'), column('any', 'json')];
    const rows = [['{"totalUsers": 3, "any": -7}'], ['{"any": true}'], ['{"any": "=1"}'], ['{"any": [1]}']];
    const sheet = (await workbook([column('summary', 'json', { fields })], rows)).worksheets[0]!;
    expect(valuesOf(sheet, 1)).toEqual([
      ['summary.totalUsers', 'summary.any'],
      [3, -7],
      [undefined, true],
      [undefined, "'=1"],
      [undefined, '[1]'],
    ]);
  });
});

describe('a cell of a workbook', () => {
  async function sheetOf(type: Parameters<typeof column>[1], texts: string[]): Promise<ExcelJS.Worksheet> {
    const rows = texts.map((text) => [text, 'end']);
    return (await workbook([column('a', type), column('b')], rows)).worksheets[0]!;
  }
  const cells = async (...given: Parameters<typeof sheetOf>) =>
    valuesOf(await sheetOf(...given)).map(([value]) => value);

  it('shows text unchanged, with an apostrophe before what a spreadsheet would run', async () => {
    const shown = hostileTexts.map((text) => text.replace(/\r\n?/g, '\n') || undefined);
    expect(await cells('text', hostileTexts)).toEqual([
      ...shown.slice(0, 14).map((text) => `'${text}`),
      ...shown.slice(14),
    ]);
  });

  it('has no half characters and no NUL', async () => {
    expect(await cells('text', ['\0=1', 'a\0b', 'lone \ud800'])).toEqual(["'=1", 'ab', 'lone \ufffd']);
  });

  it('is never a formula, whatever its text', async () => {
    const sheet = await sheetOf('text', [...hostileTexts, '=HYPERLINK("http://x","y")', '{=1+1}']);
    const types = new Set<ExcelJS.ValueType>();
    sheet.eachRow((row) => row.eachCell((cell) => types.add(cell.type)));
    expect([...types]).toEqual([ExcelJS.ValueType.String]);
  });

  it("has characters that XML forbids in Excel's encoding, and escapes text that looks like it", async () => {
    const control = Array.from({ length: 31 }, (_, index) => String.fromCharCode(index + 1)).filter((c) => c !== '\r');
    const texts = [...control.map((c) => `a${c}b`), 'a\ufffeb', 'a\uffffb', '_x0041\u0007', '_x0041\uffff', 'x_\u0007'];
    expect(await cells('text', texts)).toEqual(texts);
    const raw = (await sheetOf('text', texts)).getColumn(1).values.join('');
    // What XML 1.0 allows, below the surrogates and above them.
    expect(raw.replace(/[\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}]/gu, '')).toBe('');
  });

  it('is zero for minus zero, and a number up to the largest', async () => {
    expect(await cells('number', ['-0', '1e308', '-1.7976931348623157e308', '1e309'])).toEqual([
      0,
      1e308,
      -1.7976931348623157e308,
      '1e309',
    ]);
    expect(await cells('integer', ['-0', '9007199254740993', '-9223372036854775808'])).toEqual([
      0,
      '9007199254740993',
      '-9223372036854775808',
    ]);
  });

  it('holds as much text as Excel allows, followed by an ellipsis', async () => {
    expect(await cells('text', ['x'.repeat(32_767), 'x'.repeat(32_768), `${'x'.repeat(32_765)}👩yy`])).toEqual([
      'x'.repeat(32_767),
      `${'x'.repeat(32_766)}…`,
      `${'x'.repeat(32_765)}…`,
    ]);
  });

  it('is text if a number would lose digits', async () => {
    const numbers = [
      '999999999999999',
      '-1234567890123456',
      '0.1234567890123456',
      '0.00123456789012345',
      '1000000000000.50',
      '-1+2',
      'NaN',
    ];
    expect(await cells('decimal', numbers)).toEqual([
      999999999999999,
      '-1234567890123456',
      '0.1234567890123456',
      0.00123456789012345,
      1000000000000.5,
      "'-1+2",
      'NaN',
    ]);
    expect(await cells('number', ['Infinity', '1e+21', '-0.5'])).toEqual(['Infinity', 1e21, -0.5]);
  });

  it('is text if Excel does not support the date', async () => {
    expect(await cells('date', ['1900-02-28', '1900-03-01', '9999-12-31', '10000-01-01', '=1'])).toEqual([
      '1900-02-28',
      new Date('1900-03-01'),
      new Date('9999-12-31'),
      '10000-01-01',
      "'=1",
    ]);
  });
});
