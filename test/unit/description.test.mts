import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { WolkvoxCrmApi } from '../../credentials/WolkvoxCrmApi.credentials';
import { WolkvoxCrm } from '../../nodes/WolkvoxCrm/WolkvoxCrm.node';

/**
 * Rules that n8n has announced for its linter but not yet released (the documentation of
 * @n8n/eslint-plugin-community-nodes). The linter will check node files; these tests check the
 * complete description, with the parts from other files.
 */

const ROOT = join(__dirname, '..', '..');
const LONGEST_HINT = 120;
const LONGEST_DESCRIPTION = 140;

/** Labels of n8n itself, under Settings > Request Options. */
const REQUEST_OPTIONS = ['Batching', 'Ignore SSL Issues', 'Proxy', 'Timeout'];

const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8');
const productFiles = ['nodes', 'credentials'].flatMap((folder) =>
	readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map(({ parentPath, name }) => join(parentPath, name)),
);
const { description, methods } = new WolkvoxCrm();
const credential = new WolkvoxCrmApi();
const manifest = JSON.parse(read('package.json'));
const codex = JSON.parse(read('nodes', 'WolkvoxCrm', 'WolkvoxCrm.node.json'));

/** A parameter and all those inside it. */
function withInner(property: INodeProperties): INodeProperties[] {
	const inner = (property.options ?? []).flatMap((option) => {
		if ('values' in option) return option.values;
		return 'type' in option ? [option] : [];
	});
	return [property, ...inner.flatMap(withInner)];
}

const parameters = description.properties.flatMap(withInner);
const allFields = [...parameters, ...credential.properties];
const choices = allFields.flatMap(({ options = [] }) => options as INodePropertyOptions[]);

describe('the parameters', () => {
	it.each(parameters)('$displayName has a default', (parameter) => {
		expect(parameter).toHaveProperty('default');
	});

	it.each(allFields)('$displayName has only short hints', ({ hint, modes = [] }) => {
		for (const text of [hint, ...modes.map((mode) => mode.hint)])
			expect(text?.length ?? 0).toBeLessThanOrEqual(LONGEST_HINT);
	});

	it('have only short descriptions, and so have their choices', () => {
		const texts = [...allFields, ...choices].map((each) => each.description ?? '');
		expect(texts.filter((text) => text.length > LONGEST_DESCRIPTION)).toEqual([]);
	});

	it.each(parameters.filter(({ type }) => type === 'options'))(
		'$displayName has its options in alphabetical order, each once',
		({ options }) => {
			const all = options as INodePropertyOptions[];
			const names = all.map(({ name }) => name);
			expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b)));
			expect(new Set(names).size).toBe(all.length);
			expect(new Set(all.map(({ value }) => value)).size).toBe(all.length);
			expect(names.join()).not.toMatch(/\*|\p{Extended_Pictographic}/u);
		},
	);

	it('are in a collection unless they are required, or at the heart of an operation', () => {
		const loose = description.properties.filter(
			({ type, required }) => !required && type !== 'collection',
		);
		expect(new Set(loose.map(({ name }) => name))).toEqual(
			new Set(['resource', 'operation', 'filterBy', 'matchBy', 'returnAll', 'limit', 'fields']),
		);
	});

	it('have one definition per name, as n8n evaluates each for each item', () => {
		const names = description.properties.map(({ name }) => name);
		const repeated = names.filter((name, index) => names.indexOf(name) !== index);
		expect(new Set(repeated)).toEqual(new Set(['operation']));
	});

	it('have the labels that texts put in quotation marks', async () => {
		const texts = productFiles.flatMap(
			(file) => readFileSync(file, 'utf8').match(/"[^"\n]*"|`[^`]*`/g) ?? [],
		);
		const quoted = texts.flatMap((text) =>
			[...text.matchAll(/'([A-Z][\w ()]*)'/g)].map(([, label]) => label),
		);
		const lists = await Promise.all(
			Object.values(methods.listSearch).map(async (list) => (await list.call({} as never)).results),
		);
		const known = new Set([
			...allFields.map(({ displayName }) => displayName),
			...[...choices, ...lists.flat()].map(({ name }) => name),
			...choices.map(({ action }) => action),
			...REQUEST_OPTIONS,
		]);
		expect(quoted).toEqual(expect.arrayContaining(['Update Fields', 'Token', 'Timeout']));
		expect(quoted.filter((label) => !known.has(label))).toEqual([]);
	});
});

it.each(['light', 'dark'] as const)(
	'the node and the credential have an icon for the %s theme',
	(theme) => {
		for (const [icon, folder] of [
			[description.icon, 'nodes/WolkvoxCrm'],
			[credential.icon, 'credentials'],
		] as const) {
			const file = (icon as Record<string, string>)[theme].replace('file:', '');
			expect(existsSync(join(ROOT, folder, file))).toBe(true);
		}
	},
);

describe('the package', () => {
	it('follows the naming conventions', () => {
		expect(description.name).toMatch(/^[a-z][A-Za-z0-9]*$/);
		expect(credential.name).toMatch(/^[a-z][A-Za-z0-9]*Api$/);
		expect(existsSync(join(ROOT, 'nodes', 'WolkvoxCrm', 'WolkvoxCrm.node.ts'))).toBe(true);
		expect(existsSync(join(ROOT, 'credentials', 'WolkvoxCrmApi.credentials.ts'))).toBe(true);
	});

	it('has one credential, and categories that n8n knows for community nodes', () => {
		expect(description.credentials).toHaveLength(1);
		const known = [
			...['Analytics', 'Communication', 'Data & Storage', 'Development'],
			...['Finance & Accounting', 'Marketing & Content', 'Miscellaneous', 'Productivity'],
			...['Sales', 'Utility'],
		];
		expect(codex.categories.length).toBeGreaterThan(0);
		expect(known).toEqual(expect.arrayContaining(codex.categories));
		expect(codex).not.toHaveProperty('subcategories');
	});

	it('has the license and the keyword that n8n verifies, a description, and no dependencies', () => {
		expect(manifest.license).toBe('MIT');
		expect(read('LICENSE')).toContain('MIT License');
		expect(manifest.keywords).toContain('n8n-community-node-package');
		expect(manifest.description).toMatch(/\S/);
		expect(manifest.repository).not.toHaveProperty('directory');
		expect(manifest).not.toHaveProperty('dependencies');
	});

	it('contains no account IDs, and only code and codex files', () => {
		for (const file of productFiles) {
			expect(file).toMatch(/\.(ts|json)$/);
			expect(readFileSync(file, 'utf8')).not.toMatch(
				/(partner|affiliate|reseller|account|tenant|customer|client)_?id['"]?\s*[:=]\s*['"]/i,
			);
		}
	});
});
