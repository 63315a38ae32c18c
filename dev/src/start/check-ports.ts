import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError } from '@millrace/shared/commands/command-error';
import { portProblem } from '../stores/free-port.js';
import type { PlannedService } from './start-settings.js';

/** @throws CommandError that names every port that cannot be listened on within `graceMs` */
export async function checkPorts(host: string, planned: PlannedService[], graceMs: number): Promise<void> {
  const end = Date.now() + graceMs;
  const problems: string[] = [];
  for (const { name, port, portVariable } of planned) {
    let problem = await portProblem(host, port);
    while (problem === 'EADDRINUSE' && Date.now() < end) {
      await sleep(100);
      problem = await portProblem(host, port);
    }
    if (problem !== undefined) problems.push(describe(problem, host, port, name, portVariable));
  }
  if (problems.length > 0) throw new CommandError(problems.join('\n'));
}

/** Far enough away that moved services do not collide with each other. */
const otherPort = (port: number) => port + (port > 50_000 ? -10_000 : 10_000);

function describe(problem: string, host: string, port: number, name: string, variable: string): string {
  if (problem === 'EADDRINUSE') {
    return `Port ${port}, which ${name} needs, is in use by another program: stop that program, or choose another port with ${variable}=${otherPort(port)} npm start.`;
  }
  if (problem === 'EACCES') {
    return `Port ${port}, which ${name} needs, is reserved by the system: choose one above 1023 with ${variable}.`;
  }
  return `${name} cannot listen on ${host}, port ${port} (${problem}): set HOST to an address of this machine, or ${variable} to another port.`;
}
