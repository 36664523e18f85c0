// Preloaded into n8n, which then shuts down when the process that started it asks for that by closing
// the channel between them, or is gone, whatever ended it.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
