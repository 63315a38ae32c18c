/** Ends a service in order when the process that started it is gone. Loaded before the service with --import. */
process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), 20_000).unref();
});
// The channel is only there to be closed, so it must not keep the service running.
process.channel?.unref();
