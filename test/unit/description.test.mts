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
const LEAST_CONTRAST = 1.5;

/** Labels of n8n itself, under Settings > Request Options. */
const REQUEST_OPTIONS = ['Batching', 'Ignore SSL Issues', 'Proxy', 'Timeout'];

const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8');
const productFiles = ['nodes', 'credentials'].flatMap((folder) =>
	readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map(({ parentPath, name }) => join(parentPath, name)),
);
const { description } = new WolkvoxCrm();
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

describe('the parameters', () => {
	it('are all found', () => {
		expect(parameters.length).toBeGreaterThan(20);
	});

	it.each(parameters)('$displayName has a default', (parameter) => {
		expect(parameter).toHaveProperty('default');
	});

	it.each(parameters)('$displayName has only short hints', ({ hint, modes = [] }) => {
		for (const text of [hint, ...modes.map((mode) => mode.hint)])
			expect(text?.length ?? 0).toBeLessThanOrEqual(LONGEST_HINT);
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
			new Set(['resource', 'operation', 'filterBy', 'returnAll', 'limit', 'fields', 'fieldsJson']),
		);
	});

	it('have one definition per name, as n8n evaluates a name once per definition for each item', () => {
		const names = description.properties.map(({ name }) => name);
		const repeated = names.filter((name, index) => names.indexOf(name) !== index);
		expect(new Set(repeated)).toEqual(new Set(['operation']));
	});

	it('have the labels that messages put in quotation marks', () => {
		const texts = productFiles.flatMap(
			(file) => readFileSync(file, 'utf8').match(/"[^"\n]*"|`[^`]*`/g) ?? [],
		);
		const quoted = texts.flatMap((text) =>
			[...text.matchAll(/'([A-Z][\w ()]*)'/g)].map(([, label]) => label),
		);
		const choices = parameters.flatMap(({ options = [] }) => options.map(({ name }) => name));
		const labels = [...parameters, ...credential.properties].map(({ displayName }) => displayName);
		const known = new Set([...labels, ...choices, ...REQUEST_OPTIONS]);
		expect(quoted).toEqual(expect.arrayContaining(['Update Fields', 'Token', 'Timeout']));
		expect(quoted.filter((label) => !known.has(label))).toEqual([]);
	});
});

describe('the icons', () => {
	it.each([
		['light', '#ffffff'],
		['dark', '#2b2b2b'],
	] as const)('stand out in the %s theme', (theme, background) => {
		for (const [icon, folder] of [
			[description.icon, 'nodes/WolkvoxCrm'],
			[credential.icon, 'credentials'],
		] as const) {
			const file = join(ROOT, folder, (icon as Record<string, string>)[theme].replace('file:', ''));
			const colors = readFileSync(file, 'utf8').match(/#[0-9a-f]{6}/g)!;
			const best = Math.max(...colors.map((color) => contrast(color, background)));
			expect(best).toBeGreaterThan(LEAST_CONTRAST);
		}
	});
});

/** The contrast of two colors such as #0b5fa5, by the formula of WCAG 2. */
function contrast(one: string, other: string): number {
	const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
	return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
	const [red, green, blue] = [1, 3, 5]
		.map((start) => Number.parseInt(color.slice(start, start + 2), 16) / 255)
		.map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

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
			'Analytics',
			'Communication',
			'Data & Storage',
			'Development',
			'Finance & Accounting',
			'Marketing & Content',
			'Miscellaneous',
			'Productivity',
			'Sales',
			'Utility',
		];
		expect(codex.categories.length).toBeGreaterThan(0);
		expect(known).toEqual(expect.arrayContaining(codex.categories));
		expect(codex).not.toHaveProperty('subcategories');
	});

	it('has what a verified package needs', () => {
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
