import { join } from 'node:path';
import { runProgram } from '../processes/run-program.js';

/** Finds copied code in services, shared code, dashboard and SDKs with jscpd; .jscpd.json says how long a copy may be. */
export async function checkDuplicates(root: string): Promise<string[]> {
  const jscpd = join(root, 'dev', 'node_modules', 'jscpd', 'run-jscpd.js');
  const { code, output } = await runProgram(jscpd, ['--config', '.jscpd.json', '--no-colors'], { cwd: root });
  return code === 0 ? [] : [output];
}
