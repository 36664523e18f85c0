/** Resolves on Ctrl-C and similar signals, and when the process that started this one is gone. */
export function untilAskedToStop() {
	return new Promise<void>((resolve) => {
		for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => resolve());
		process.on('disconnect', () => resolve());
	});
}
