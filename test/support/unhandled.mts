/** Fails a test that leaves a rejection unhandled: in n8n it would end the process. */
export function forbidUnhandledRejections(): void {
	const unhandled: unknown[] = [];
	const record = (reason: unknown) => void unhandled.push(reason);
	beforeAll(() => void process.on('unhandledRejection', record));
	afterEach(() => expect(unhandled.splice(0)).toEqual([]));
	afterAll(() => void process.off('unhandledRejection', record));
}
