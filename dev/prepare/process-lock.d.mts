/** Turns the locking functions of process-lock.mjs into types for the compiled part of dev/. */

/** A lock that is ours, with the function that gives it back, or the pid of the living holder. */
export type LockAttempt = { release: () => void; heldBy?: undefined } | { release?: undefined; heldBy: number };

/** Takes the lock and returns how to give it back, or the pid of the living process that holds it. */
export function tryLock(file: string): LockAttempt;

/** Takes the lock, waiting while a living process holds it; `onWait` is told once whom we wait for. */
export function waitForLock(file: string, onWait: (pid: number) => void): Promise<() => void>;
