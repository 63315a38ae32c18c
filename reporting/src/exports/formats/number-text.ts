/** Whether text is a number as JSON and Postgres write it: no `NaN`, no `Infinity`, nothing that a spreadsheet would calculate. */
export const isNumberText = (text: string) => /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text);

/** Decimal digits that a double, and so a spreadsheet, keeps of any number. */
const doubleDigits = 15;

/** Whether a double holds the number with every digit that its text has. */
export const fitsDouble = (text: string) =>
  text.length <= doubleDigits || text.replace(/[eE].*|\D/g, '').replace(/^0+/, '').length <= doubleDigits;
