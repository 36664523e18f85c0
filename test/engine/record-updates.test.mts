import { itemOf, successFor, UPDATE_RECORD } from '../support/operations.mts';
import { RESPONSES } from '../support/responses.mts';
import { useServer } from '../support/server.mts';
import { forbidUnhandledRejections } from '../support/unhandled.mts';
import {
	CONTINUE,
	execute,
	locator,
	numbered,
	pairedItems,
	RETRY_ON_FAIL,
} from '../support/wolkvox.mts';

const server = useServer();
forbidUnhandledRejections();

const { parameters } = UPDATE_RECORD;
const REFUSAL = { status: 400, body: { code: 400, msg: 'No' } };

const sentItems = () => server.requests.map(itemOf);

it('Record: Update is sent once if it may have been applied, and the user is told to check', async () => {
	for (const node of [RETRY_ON_FAIL, { ...RETRY_ON_FAIL, ...CONTINUE }]) {
		server.requests.length = 0;
		server.respond = () => (response) => response.destroy();
		const { error, outputs } = await execute(server, parameters, { node });
		expect(server.requests).toHaveLength(1);
		const said = error ? error.description : outputs[1][0].json.error;
		expect(said).toMatch(
			error
				? /^Wolkvox may have applied the update anyway.* Check the record first/
				: / \[outcome unknown\]$/,
		);
	}
});

it('Record: Update makes of each response what Case: Update makes of it', async () => {
	server.respond = (request) => RESPONSES[itemOf(request)];
	const { outputs } = await execute(server, parameters, {
		items: numbered(RESPONSES.length),
		options: { maxConcurrent: 20, maxRetries: 0 },
		node: CONTINUE,
	});
	const results = outputs.flatMap((output) =>
		pairedItems(output).map((item, index) => [item, output[index].json.error ?? 'applied']),
	);
	expect(Object.fromEntries(results)).toEqual({
		...RESPONSES.map(({ expected }) =>
			'output' in expected
				? 'applied'
				: expected.message.replace('HOST', server.host) +
					(expected.outcome === 'unknown' ? ' [outcome unknown]' : ''),
		),
	});
});

it('a record that was updated is not updated again when the node is tried again', async () => {
	let refusals = 1;
	server.respond = (request) =>
		itemOf(request) === 1 && refusals-- > 0 ? REFUSAL : { body: successFor(request) };
	const { outputs } = await execute(server, parameters, {
		items: numbered(3),
		node: RETRY_ON_FAIL,
	});
	expect(sentItems()).toEqual([0, 1, 1, 2]);
	expect(pairedItems(outputs[0])).toEqual([0, 1, 2]);
});

it('a run that stops says which records were updated', async () => {
	server.respond = (request) => (itemOf(request) === 1 ? REFUSAL : { body: successFor(request) });
	const { error } = await execute(server, parameters, { items: numbered(3) });
	expect(error!.description).toMatch(/ Before this, 1 record was updated: item 0\.$/);
});

it('several items of one record are sent one after another, others beside them', async () => {
	const inFlight = new Set<string>();
	const order: string[] = [];
	server.respond = ({ json }) => {
		const { fields, 'wolkvox-id': id } = json as { fields: { n: number }; 'wolkvox-id': string };
		return (response) => {
			expect(inFlight).not.toContain(id);
			inFlight.add(id);
			if (id === 'same') order.push(String(fields.n));
			setTimeout(() => {
				inFlight.delete(id);
				response.end('{"code":200,"data":{}}');
			}, 10);
		};
	};
	const { outputs } = await execute(server, parameters, {
		items: numbered(9),
		options: { maxConcurrent: 4 },
		parameters: {
			recordId: locator('id', '={{ $json.n % 3 === 0 ? "item" + $json.n : "same" }}'),
			fields: { field: [{ name: 'n', value: '={{ $json.n }}' }] },
		},
	});
	expect(order).toEqual(['1', '2', '4', '5', '7', '8']);
	expect(pairedItems(outputs[0])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
	expect(server.mostConcurrent).toBeGreaterThan(1);
});
