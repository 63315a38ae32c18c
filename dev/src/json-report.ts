/** A reporter for Vitest: its JSON report, kept in the file MILLRACE_TEST_REPORT without a line about that. */
import { writeFile } from 'node:fs/promises';
import { JsonReporter } from 'vitest/node';

export default function createJsonReport(): JsonReporter {
  const reporter = new JsonReporter({});
  reporter.writeReport = (report) => writeFile(process.env.MILLRACE_TEST_REPORT as string, report);
  return reporter;
}
