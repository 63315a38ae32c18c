/** Turns the loss of the process that started this service into an orderly end; loaded before the service with --import. */

process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), 20_000).unref();
});
// The channel exists only to be lost: by itself it must not keep the service running.
process.channel?.unref();
