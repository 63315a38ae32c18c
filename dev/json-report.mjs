/** Writes Vitest's JSON report to the file MILLRACE_TEST_REPORT, without output on the terminal. */
import { writeFile } from 'node:fs/promises';
import { JsonReporter } from 'vitest/node';

export default function createJsonReport() {
  const reporter = new JsonReporter({});
  reporter.writeReport = (report) => writeFile(process.env.MILLRACE_TEST_REPORT, report);
  return reporter;
}
