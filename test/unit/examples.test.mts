import { NodeHelpers } from 'n8n-workflow';

import { WolkvoxCrm } from '../../nodes/WolkvoxCrm/WolkvoxCrm.node';
import { EXAMPLES, NOTE, readExample } from '../support/examples.mts';

const { description } = new WolkvoxCrm();
const IN_QUOTES = /\$\('([^']+)'\)/g;
const IN_BOLD = /\*\*([^*]+)\*\*/g;

describe.each(EXAMPLES)('the example %s', (file) => {
	const { nodes, connections } = readExample(file);
	const own = nodes.filter(({ type }) => type.startsWith('n8n-nodes-wolkvox.'));
	const questions = nodes.flatMap(
		({ parameters }) =>
			(parameters.formFields as { values: Array<{ fieldLabel: string; fieldType: string }> })
				?.values ?? [],
	);

	it('names no credential, as n8n then selects the only one', () => {
		expect(nodes.filter((node) => 'credentials' in node)).toEqual([]);
	});

	it('sets no parameter of a Wolkvox node that the node would not show', () => {
		expect(own).not.toEqual([]);
		for (const node of own) {
			const known = NodeHelpers.getNodeParameters(
				description.properties,
				node.parameters,
				true,
				false,
				node,
				description,
			);
			expect(known).toMatchObject(node.parameters);
		}
	});

	it('connects and mentions only nodes that it has', () => {
		const targets = Object.values(connections as Record<string, object>).flatMap((outputs) =>
			Object.values(outputs as Record<string, Array<Array<{ node: string }>>>).flat(2),
		);
		const mentioned = [...JSON.stringify(nodes).matchAll(IN_QUOTES)].map(([, name]) => name);
		const names = [...Object.keys(connections), ...targets.map(({ node }) => node), ...mentioned];
		expect(nodes.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
	});

	it('explains in notes every Wolkvox node', () => {
		const notes = nodes.filter(({ type }) => type === NOTE).map(({ parameters }) => parameters);
		const bold = [...JSON.stringify(notes).matchAll(IN_BOLD)].map(([, text]) => text);
		expect(bold).toEqual(expect.arrayContaining(own.map(({ name }) => name)));
	});

	it('uses an email address without spaces around it and in lowercase', () => {
		const emails = questions.filter(({ fieldType }) => fieldType === 'email');
		for (const { fieldLabel } of emails) {
			const uses = JSON.stringify(nodes).split(`json.${fieldLabel}`).slice(1);
			expect(uses).not.toEqual([]);
			for (const rest of uses) expect(rest).toMatch(/^\.trim\(\)\.toLowerCase\(\)/);
		}
	});
});

it('no two examples have the same address, so that all can be published', () => {
	const paths = EXAMPLES.flatMap((file) => readExample(file).nodes).flatMap(({ parameters }) => {
		const { path, options } = parameters as { path?: string; options?: { path?: string } };
		return path ?? options?.path ?? [];
	});
	expect(new Set(paths).size).toBe(paths.length);
});
