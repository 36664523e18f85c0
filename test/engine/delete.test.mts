import { DELETE_CONTACT, DELETES, locator, nounOf } from '../support/operations.mts';
import { useServer } from '../support/server.mts';
import { useStandIn } from '../support/standIn.mts';
import { CONTINUE, execute, numbered, pairedItems } from '../support/wolkvox.mts';

// What is sent: operations.test.mts. What is not sent twice: never-sent-twice.test.mts.

const server = useServer();
const crm = useStandIn();

describe.each(DELETES)('$name', (operation) => {
	it.each(['item0', ''])(
		'outputs the ID, and that the record is deleted, if the response has the ID "%s"',
		async (wolkvox_id) => {
			server.respond = () => ({ body: { code: 200, msg: 'ok', data: { wolkvox_id } } });
			const { outputs } = await execute(server, operation);
			const json = { code: 200, msg: 'ok', data: { wolkvox_id: 'item0' }, deleted: true };
			expect(outputs[0]).toEqual([{ json, pairedItem: { item: 0 } }]);
		},
	);

	it('of a record that Wolkvox does not know says which ID it needs', async () => {
		server.respond = () => ({ status: 404, body: { code: 404, msg: 'No such record' } });
		const { error } = await execute(server, operation);
		expect(error).toMatchObject({
			message: 'No such record',
			httpCode: '404',
			context: { outcome: 'refused' },
		});
		expect(error!.description).toMatch(
			/^Check '(Contact|Record)': it needs the Wolkvox ID, the last part of the URL of the open /,
		);
		expect(error!.description).toMatch(
			new RegExp(`No ${nounOf(operation)} was deleted before this\\.$`),
		);
	});
});

it('at the stand-in, contacts are deleted by their ID, one call each, and no others', async () => {
	const [first, second, ...others] = crm.records.map(({ id }) => id);
	const { outputs } = await execute(crm, DELETE_CONTACT, {
		items: numbered(3),
		parameters: { contactId: locator('id', `={{ ["${first}", "none", "${second}"][$json.n] }}`) },
		node: CONTINUE,
	});
	expect(outputs.map(pairedItems)).toEqual([[0, 2], [1]]);
	expect(crm.records.map(({ id }) => id)).toEqual(others);
	expect(crm.log).toHaveLength(3);
});
