import { CREATE_CASE, OPERATIONS, SEARCHES } from '../support/operations.mts';
import { fieldOf, found, LOST, useServer } from '../support/server.mts';
import { execute, RETRY_ON_FAIL, TOOL } from '../support/wolkvox.mts';

const server = useServer();

// Files are refused: attachments.test.mts. What is not sent twice: never-sent-twice.test.mts.
describe.each(OPERATIONS)('$name called by an AI agent', (operation) => {
	it('returns its result', async () => {
		const { outputs } = await execute(server, operation, { node: TOOL });
		expect(outputs[0]).toHaveLength(1);
		expect(outputs[0][0].json).not.toHaveProperty('error');
	});

	it.each(['stopWorkflow', 'continueRegularOutput'] as const)(
		'returns the advice in the message of an error, because a model sees nothing else (%s)',
		async (onError) => {
			server.respond = () => ({ body: { code: 403, msg: 'Token is not valid' } });
			const { error, outputs } = await execute(server, operation, { node: { ...TOOL, onError } });
			expect(error?.message ?? outputs[0][0].json.error).toMatch(
				/^Token is not valid\. Check 'Token' in the credential: /,
			);
		},
	);
});

it.each(SEARCHES)('$name without a match says so to an AI agent', async (search) => {
	server.respond = () => ({ body: found() });
	const { outputs } = await execute(server, search, { node: TOOL });
	expect(outputs[0].map(({ json }) => json)).toEqual([{ message: 'Nothing matches' }]);
});

it('another node that calls the tool gets an answer per call, and one case is created by each', async () => {
	server.respond = () => LOST;
	const { outputs } = await execute(server, CREATE_CASE, {
		items: ['a', 'a', 'b'].map((text) => ({ json: { text } })),
		parameters: { description: "={{ $fromAI('text', '', 'string') }}" },
		isCalled: true,
		node: RETRY_ON_FAIL,
	});
	const sent = server.requests.map((request) => fieldOf(request, 'description'));
	expect(sent).toEqual(['a', 'a', 'b']);
	const said = expect.stringContaining('Wolkvox may have created the case anyway');
	expect(outputs[0].map(({ json }) => json.failed)).toEqual([said, said, said]);
});
