/** How segments name sessions. */
import { createHash } from 'node:crypto';

/** The first 8 bytes of the SHA-256 of a session's id: enough to tell apart two sessions that follow each other. */
export const sessionId = (text: string | Buffer): bigint =>
  createHash('sha256').update(text).digest().readBigUInt64LE();
