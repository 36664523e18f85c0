import type { INode } from 'n8n-workflow';
import { NodeApiError, NodeOperationError, UserError } from 'n8n-workflow';

import { CREATE_CASE } from '../support/operations.mts';
import { operationOf, RequestFailure, toNodeError } from './product.mts';

const NODE: INode = {
	id: '1',
	name: 'Wolkvox CRM',
	type: 'n8n-nodes-wolkvox.wolkvoxCrm',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

const TOOL: INode = { ...NODE, type: `${NODE.type}Tool` };

/** The error that a node throws for its item 0. */
function thrownBy(node: INode, error: Error) {
	const run = {
		node,
		continueOnFail: false,
		operation: operationOf(CREATE_CASE),
		ledger: { getEntries: () => [] },
	};
	return toNodeError(run as never, 0, error);
}

/** What is read of a text in which nobody sees a word joiner. */
const read = (text: string) => text.replaceAll('\u2060', '');

/** The names that n8n 2.41.1 looks for (node.error.js), one of which is misspelled there. */
const NAMES = [
	...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'ETIMEDOUT', 'ERRADDRINUSE', 'EADDRNOTAVAIL'],
	...['ECONNABORTED', 'EHOSTUNREACH', 'EAI_AGAIN', 'ENOENT', 'EISDIR', 'ENOTDIR', 'EACCES'],
	...['EEXIST', 'EPERM', 'GETADDRINFO'],
];

const VALUES = [
	...NAMES,
	...NAMES.map((name) => name.toLowerCase()),
	...['claveAcceso', 'fechaDePermanencia', 'preexistencias.pdf', 'motivoDeNoEntrega'],
	'claveAcceso, claveAcceso y preexistencias',
];

describe('a message keeps its words, with this value in it:', () => {
	it.each(VALUES)('%s', (value) => {
		const words = `'Custom Fields': "${value}" is named twice`;
		const errors = [
			[new UserError(words, { description: `Remove ${value}` }), `${words} [item 0]`],
			[new RequestFailure('refused', words, { advice: `Remove ${value}` }), words],
		] as const;

		for (const [error, message] of errors) {
			const thrown = thrownBy(NODE, error);
			expect(thrown.message).toBe(message);
			expect(thrown.description).toBe(`Remove ${value}.`);
			expect(new NodeApiError(NODE, thrown as never).message).toBe(message);

			const thrownByTool = thrownBy(TOOL, error);
			const said = `${message}. Remove ${value}.`;
			expect(read(thrownByTool.message)).toBe(said);
			expect(read(new NodeApiError(TOOL, thrownByTool as never).message)).toBe(said);
			const wrapped = new NodeOperationError(TOOL, thrownByTool);
			expect(read(wrapped.message)).toBe(said);
			// Else n8n would add it again.
			expect(wrapped.message).toContain(wrapped.description);
		}
	});

	it('nothing is added to any other message', () => {
		const thrown = thrownBy(
			TOOL,
			new UserError("'Status' is empty", { description: 'Fill it in' }),
		);
		expect(thrown.message).toBe("'Status' is empty [item 0]. Fill it in.");
	});
});
