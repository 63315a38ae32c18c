/** Turns JSON into `{"status":"ok"}` and does nothing else: what Express by itself can do. */
import express from 'express';

const app = express();
app.use(express.json());
app.get('/ready', (_req, res) => void res.json({ status: 'ok' }));
app.post('/event', (_req, res) => {
  res.json({ status: 'ok' });
});
app.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
