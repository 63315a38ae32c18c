/** Whether text is a number as written by JSON and Postgres. Excludes `NaN`, `Infinity` and anything that a spreadsheet would calculate. */
export const isNumberText = (text: string) => /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text);

/** Decimal digits that a double, and therefore a spreadsheet, always preserves. */
const doubleDigits = 15;

/** Whether a double preserves every digit of the number. */
export const fitsDouble = (text: string) =>
  text.length <= doubleDigits || text.replace(/[eE].*|\D/g, '').replace(/^0+/, '').length <= doubleDigits;
