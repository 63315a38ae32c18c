/** The changes that Bull Board may make, as actions of the audit log; all others are refused. */

export interface BoardAction {
  name: string;
  /** Could lose or alter accepted events, so it is refused on queue `event-ingest`. */
  harmsEvents?: true;
}

/**
 * By method and route, as Bull Board declares them. Its job schedulers are missing, as Millrace does not use them: schedules are
 * managed through `/api/v1/schedules`.
 */
export const boardActions: Readonly<Record<string, BoardAction>> = {
  'put /api/queues/pause': { name: 'queue.pause' },
  'put /api/queues/resume': { name: 'queue.resume' },
  'put /api/queues/:queueName/pause': { name: 'queue.pause' },
  'put /api/queues/:queueName/resume': { name: 'queue.resume' },
  'put /api/queues/:queueName/retry/:queueStatus': { name: 'queue.retry' },
  'put /api/queues/:queueName/promote': { name: 'queue.promote' },
  'put /api/queues/:queueName/clean/:queueStatus': { name: 'queue.clean', harmsEvents: true },
  'put /api/queues/:queueName/empty': { name: 'queue.empty', harmsEvents: true },
  'put /api/queues/:queueName/obliterate': { name: 'queue.obliterate', harmsEvents: true },
  'put /api/queues/:queueName/concurrency': { name: 'queue.limit-concurrency' },
  'put /api/queues/:queueName/rate-limit': { name: 'queue.limit-rate' },
  'put /api/queues/:queueName/rate-limit/release': { name: 'queue.release-rate-limit' },
  'post /api/queues/:queueName/add': { name: 'job.add', harmsEvents: true },
  'put /api/queues/:queueName/:jobId/retry': { name: 'job.retry' },
  'put /api/queues/:queueName/:jobId/promote': { name: 'job.promote' },
  'put /api/queues/:queueName/:jobId/clean': { name: 'job.remove', harmsEvents: true },
  'patch /api/queues/:queueName/:jobId/update-data': { name: 'job.update-data', harmsEvents: true },
  'patch /api/queues/:queueName/:jobId/delay': { name: 'job.delay' },
  'patch /api/queues/:queueName/:jobId/priority': { name: 'job.prioritize' },
  'put /api/queues/:queueName/:jobId/remove-unprocessed-children': { name: 'job.remove-children', harmsEvents: true },
};
