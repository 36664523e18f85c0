const unhandled: unknown[] = [];
const note = (reason: unknown) => void unhandled.push(reason);

/** Collects the rejections that nobody handles, for all tests of the file. In n8n one would end the process. */
export function watchRejections(): unknown[] {
	beforeAll(() => void process.on('unhandledRejection', note));
	afterAll(() => void process.off('unhandledRejection', note));
	return unhandled;
}
