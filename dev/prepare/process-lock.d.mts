/** Our lock, with its `release`, or the pid of the process that holds it. */
export type LockAttempt = { release: () => void; heldBy?: undefined } | { release?: undefined; heldBy: number };

/** Acquires the lock and returns its `release`, or returns the pid of the running process that holds it. */
export function tryLock(file: string): LockAttempt;

/** Acquires the lock, waiting while another process holds it; `onWait` is called once, with the pid of that process. */
export function waitForLock(file: string, onWait: (pid: number) => void): Promise<() => void>;
