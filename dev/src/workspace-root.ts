/** Turns the place of this file into the folder of the whole workspace. */
import { fileURLToPath } from 'node:url';

/** Absolute path of the clone, without a slash at its end. */
export const workspaceRoot = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
