import { CHANGES, GET_QUOTA, OPERATIONS } from '../support/operations.mts';
import { companyOf, itemOf, REFUSED, useServer } from '../support/server.mts';
import { isSince } from '../support/version.mts';
import {
	CONTINUE,
	credentialFor,
	execute,
	numbered,
	RETRY_ON_FAIL,
	update,
} from '../support/wolkvox.mts';

const server = useServer();
const other = useServer();

const tokensAt = ({ requests }: typeof server) =>
	requests.map(({ headers }) => headers['wolkvox-token']);

it.each(OPERATIONS)("the item's own credential decides where it goes: $name", async (operation) => {
	await execute(server, operation, {
		items: numbered(4),
		credential: async (item) => ({
			...credentialFor(item % 2 === 0 ? server.url : other.url),
			operation: `company${item}`,
			token: `token-of-company-${item}`,
		}),
	});
	for (const [each, items] of [
		[server, [0, 2]],
		[other, [1, 3]],
	] as const) {
		expect(each.requests.map(companyOf)).toEqual(items.map((n) => `company${n}`));
		expect(tokensAt(each)).toEqual(items.map((n) => `token-of-company-${n}`));
		if (operation !== GET_QUOTA) expect(each.sentItems).toEqual(items);
	}
});

// In between, n8n itself keeps a node from a credential in this mode.
const none = isSince('2.20') && !isSince('2.41') ? [] : ['none'];

it.each(['all', 'domains', ...none])(
	'the node reaches the server of its credential in mode %s of Allowed HTTP Request Domains',
	async (allowedHttpRequestDomains) => {
		const credential = { ...credentialFor(server.url), allowedHttpRequestDomains };
		const { outputs } = await update(server, { credential });
		expect(outputs[0]).toHaveLength(1);
	},
);

it.each(CHANGES)(
	'an item is sent to another company if its credential has changed when it is tried again: $name',
	async (operation) => {
		let company = 'first';
		server.respond = (request) => {
			if (itemOf(request) !== 1 || company !== 'first') return {};
			company = 'second';
			return REFUSED;
		};
		await execute(server, operation, {
			items: numbered(2),
			credential: async () => ({ ...credentialFor(server.url), operation: company }),
			node: RETRY_ON_FAIL,
		});
		expect(server.requests.map((request) => [companyOf(request), itemOf(request)])).toEqual([
			['first', 0],
			['first', 1],
			['second', 0],
			['second', 1],
		]);
	},
);

/** Item 0 is refused in each of three attempts; the credential changes after responses. */
it.each(
	CHANGES.flatMap((operation) => [
		{ name: operation.name, operation, after: 'item 1', changes: (item: number) => item === 1 },
		{ name: operation.name, operation, after: 'any item', changes: () => true },
	]),
)(
	'an item is sent once per company if the credential changes after $after: $name',
	async ({ operation, changes }) => {
		let company = 'demo';
		server.respond = (request) => {
			if (changes(itemOf(request))) company = company === 'demo' ? 'other' : 'demo';
			return itemOf(request) === 0 ? REFUSED : {};
		};
		await execute(server, operation, {
			items: numbered(2),
			node: { ...RETRY_ON_FAIL, ...CONTINUE },
			credential: async () => ({ ...credentialFor(server.url), operation: company }),
		});
		const companies = server.requests.filter((request) => itemOf(request) === 1).map(companyOf);
		expect(companies.length).toBeGreaterThan(0);
		expect(companies).toEqual([...new Set(companies)]);
	},
);
