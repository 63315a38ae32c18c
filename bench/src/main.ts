import { type CommandContext, runCommand } from '@millrace/dev/processes/run-command';
import { createBench } from './bench.js';
import { helpText, type Options, parseOptions } from './options.js';
import { describeCommit, describeMachine } from './results/describe-run.js';
import { recordResults } from './results/record-results.js';
import { measures, runMeasures } from './run-measures.js';

const names = measures.map(({ name }) => name);

async function measure(options: Options, context: CommandContext): Promise<number> {
  const startedAt = new Date().toISOString().slice(0, 16).replace('T', ' ');
  const bench = await createBench(options, context);
  const results = await runMeasures(
    bench,
    measures.filter(({ name }) => options.names.includes(name)),
  );
  const how = `${options.quick ? ' · quick trial' : ''}${options.profile ? ' · with profiler: rates are lower' : ''}`;
  const machine = (await describeMachine(bench)).map((line) => `- ${line}`);
  const lines = [`## ${startedAt} UTC · commit ${describeCommit()}${how}`, '', ...machine, '', ...results];
  process.stdout.write(`\n${lines.join('\n')}\n`);
  if (!options.quick) process.stdout.write(`\nRecorded in ${recordResults(lines)}\n`);
  return 0;
}

async function run(context: CommandContext): Promise<number> {
  const options = parseOptions(process.argv.slice(2), names);
  if (options.help) {
    process.stdout.write(helpText(names));
    return 0;
  }
  const interrupted = new Promise<number>((resolve) => {
    context.stopped.addEventListener('abort', () => resolve(1));
  });
  return Promise.race([measure(options, context), interrupted]);
}

await runCommand(run);
