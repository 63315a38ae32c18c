/** An engine thread that exits after the first panel of a batch, as many times as a file shared by all threads says. */
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { runTask } from '@millrace/reporting/segments/tasks';

const file = join(tmpdir(), `deaths-of-threads-${process.pid}`);

function diesNow() {
  const left = Number(readFileSync(file, 'utf8'));
  writeFileSync(file, String(left - 1));
  return left > 0;
}

parentPort.on('message', ({ id, task }) => {
  const dies = task.kind === 'panels' && diesNow();
  const result = runTask(task, (piece) => {
    parentPort.postMessage({ id, piece });
    if (dies) process.exit(1);
  });
  parentPort.postMessage({ id, result });
});
