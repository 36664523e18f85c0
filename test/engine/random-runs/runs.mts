import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { RunResult, TestItem } from '../../support/engine.mts';
import * as operations from '../../support/operations.mts';
import type { ReceivedRequest, ScriptedServer } from '../../support/server.mts';
import { waitForLateRequests } from '../../support/server.mts';
import { EXPRESSION_ENDS_NODE } from '../../support/version.mts';
import { credentialFor, execute, textFile } from '../../support/wolkvox.mts';
import type { CrmRecord, Draw, Request, SearchHabits } from './crm.mts';
import { Crm, FAILURES, idOf, NO_RESULTS, PAGING } from './crm.mts';

/** What makes an item impossible to read. The contents of a missing file are looked up asynchronously. */
type Fault = 'expression' | 'target' | 'value' | 'missingFile';

/** An operation with parameters that depend on the item. */
interface Way {
	operation: operations.Operation;
	parameters: IDataObject;
	options?: IDataObject;
	/** How an item names a record: not at all, by its ID, by its number or email address, or a case by its ID or number. */
	names: 'nothing' | 'id' | 'key' | 'idOrKey';
	/** The faults that its items can have. */
	faults: Fault[];
	/** How it sends several files; nothing if it sends none. */
	multipleFiles?: 'onePerRequest' | 'together';
}

const TARGET = "={{ $json.fault === 'expression' ? $('nowhere').item : $json.target }}";
const CASE =
	"={{ $json.fault === 'expression' ? $('nowhere').item : { __rl: true, mode: $json.mode, value: $json.target } }}";
const MARK = '={{ "item " + $json.n }}';
const JSON_FIELDS = "={{ $json.fault === 'value' ? '{' : '{}' }}";
const FORM = { customFieldsJson: JSON_FIELDS, attachments: '={{ $json.attachments }}' };
const BODY_FIELDS = { bodyFields: JSON_FIELDS };
const CONTACT = { email: TARGET, name: MARK, customFieldsJson: JSON_FIELDS };
const RECORD = [
	{ name: 'emailcontact', value: TARGET },
	{ name: 'namecontact', value: MARK },
];
const ID = operations.locator('id', TARGET);

const FAULTS: Fault[] = ['expression', 'target', 'value'];
const CASE_FAULTS: Fault[] = [...FAULTS, 'missingFile'];

const updateCase: Way = {
	operation: operations.UPDATE_CASE,
	parameters: { caseId: CASE, updateFields: { ...FORM, solution: MARK } },
	names: 'idOrKey',
	faults: CASE_FAULTS,
	multipleFiles: 'onePerRequest',
};
const upsertContact: Way = {
	operation: operations.UPSERT_CONTACT,
	parameters: { contactFields: CONTACT },
	names: 'key',
	faults: FAULTS,
};
const findCases: Way = {
	operation: operations.FIND_CASES,
	parameters: { value: TARGET },
	options: BODY_FIELDS,
	names: 'key',
	faults: FAULTS,
};

const WAYS: Way[] = [
	updateCase,
	{ ...updateCase, multipleFiles: 'together' },
	{
		...updateCase,
		operation: operations.CLOSE_CASE,
		parameters: { caseId: CASE, solution: MARK, additionalFields: FORM },
	},
	{
		...updateCase,
		operation: operations.CREATE_CASE,
		parameters: { contact: TARGET, additionalFields: { ...FORM, solution: MARK } },
		names: 'nothing',
		multipleFiles: 'together',
	},
	upsertContact,
	{
		...upsertContact,
		operation: operations.UPSERT_RECORD,
		parameters: { matchField: 'emailcontact', fields: { field: RECORD } },
		options: BODY_FIELDS,
	},
	{
		...upsertContact,
		operation: operations.UPDATE_CONTACT,
		parameters: { contactId: ID, contactFields: { name: MARK, customFieldsJson: JSON_FIELDS } },
		names: 'id',
	},
	{
		operation: operations.DELETE_CONTACT,
		parameters: { contactId: ID },
		names: 'id',
		faults: ['expression', 'target'],
	},
	findCases,
	{ ...findCases, operation: operations.FIND_CONTACTS },
];

/** The usual value as often as the weight says, and others once. */
const usually = <Value,>(weight: number, usual: Value, others: fc.Arbitrary<Value>) =>
	fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: others });

/** Nothing, except once in `times`. */
const rarely = <Value,>(times: number, value: fc.Arbitrary<Value>) =>
	usually<Value | undefined>(times - 1, undefined, value);

const keysOf = <Key extends string>(values: Record<Key, unknown>) =>
	fc.constantFrom(...(Object.keys(values) as Key[]));

const anyDraw: fc.Arbitrary<Draw> = fc.record({
	change: usually<Draw['change']>(
		1,
		'success',
		fc.oneof(
			fc.constantFrom('rejection', 'tooMany', 'pause'),
			fc.constantFrom('pageOfCache', 'silence'),
			fc.constantFrom('withoutId', 'otherRecord'),
			keysOf(FAILURES),
		),
	),
	fate: fc.constantFrom('applied', 'late', 'never'),
	search: usually<Draw['search']>(4, 'result', keysOf({ ...FAILURES, ...NO_RESULTS })),
	delayMs: fc.nat({ max: 4 }),
});

/** How the server searches; no page of the API says it. */
const anyHabits: fc.Arbitrary<SearchHabits> = fc.record({
	findsParts: fc.boolean(),
	isBehind: fc.boolean(),
	pageSize: fc.integer({ min: 1, max: 4 }),
	paging: usually<SearchHabits['paging']>(1, 'complete', keysOf(PAGING)),
	announcement: fc.constantFrom('total', 'message', 'none'),
	idKey: usually<SearchHabits['idKey']>(4, 'wolkvox_id', fc.constantFrom('_id', 'none')),
});

/** The number of an ID or a key, and how it is spelled. */
const reference = { target: fc.nat({ max: 3 }), spelling: fc.nat({ max: 2 }) };

const anyItem = fc.record({
	...reference,
	isByKey: fc.boolean(),
	files: fc.nat({ max: 3 }),
	fault: rarely(16, fc.constantFrom(...CASE_FAULTS)),
});

const anyList = <Value,>(value: fc.Arbitrary<Value>, minLength: number, maxLength: number) =>
	fc.array(value, { minLength, maxLength, size: 'max' });

export const anyRun = fc
	.record({
		way: fc.constantFrom(...WAYS.map(withName)),
		/** The keys of the records in the CRM. */
		records: anyList(fc.record(reference), 0, 6),
		habits: anyHabits,
		/** In the order in which requests arrive; every further request succeeds. */
		draws: anyList(anyDraw, 0, 14),
		items: anyList(anyItem, 1, 6),
		onError: fc.constantFrom('stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'),
		/** How often n8n runs the node: more than once with Retry On Fail. */
		tries: fc.integer({ min: 1, max: 3 }),
		/** How often the user presses Retry in the list of executions, if there is reason to. */
		retries: fc.nat({ max: 2 }),
		batch: rarely(
			3,
			fc.record({
				batchSize: fc.integer({ min: 1, max: 2 }),
				batchInterval: fc.integer({ min: 1, max: 5 }),
			}),
		),
		maxConcurrent: fc.integer({ min: 1, max: 4 }),
		maxRetries: fc.nat({ max: 2 }),
		/** Of a search; nothing returns all. */
		limit: rarely(2, fc.integer({ min: 1, max: 6 })),
		ifNothingFound: fc.constantFrom('continue', 'fail'),
		incompleteResults: fc.constantFrom('fail', 'return'),
		/** Whether n8n keeps the files in memory, with the items. */
		inMemory: fc.boolean(),
		haveSameContents: fc.boolean(),
		/** Whether an item lists its files in another order after each failure. */
		changesFileOrder: fc.boolean(),
		/** The execution is canceled when this many requests have arrived. */
		cancelAfter: rarely(6, fc.integer({ min: 1, max: 8 })),
	})
	.map((run) => ({ ...run, items: run.items.map((item) => possible(item, run.way)) }))
	.filter(({ items, onError }) => onError === 'stopWorkflow' || items.every(reachesTheNode));

type RandomItem = typeof anyItem extends fc.Arbitrary<infer Item> ? Item : never;
type RandomRun = typeof anyRun extends fc.Arbitrary<infer Run> ? Run : never;

/** In a counterexample, a way is the name of its operation. */
function withName(way: Way): Way {
	return Object.assign({ [fc.toStringMethod]: () => way.operation.name }, way);
}

/** An item without what its operation does not have. */
function possible(item: RandomItem, { names, faults, multipleFiles }: Way): RandomItem {
	return {
		...item,
		isByKey: names === 'key' || (names === 'idOrKey' && item.isByKey),
		files: multipleFiles ? item.files : 0,
		fault: item.fault && faults.includes(item.fault) ? item.fault : undefined,
	};
}

/** Where a failed expression ends the node, a run cannot continue after it. */
function reachesTheNode({ fault }: RandomItem): boolean {
	return !EXPRESSION_ENDS_NODE || fault !== 'expression';
}

/** Some are parts of others. */
const KEYS = ['a@example.com', 'ba@example.com', 'c@example.com', 'cba@example.com'];
const NUMBERS = ['CASO-1', 'CASO-12', 'CASO-3', 'CASO-123'];

const keyOf = ({ operation }: Way, target: number) =>
	(operation.parameters.resource === 'case' ? NUMBERS : KEYS)[target];

const spell = (text: string, spelling: number) =>
	[text, text.toUpperCase(), ` ${text.toLowerCase()}\t`][spelling];

/** What an item names: a record by its ID, or a key. */
export function targetOf({ way, items }: RandomRun, item: number): string {
	const { target, isByKey } = items[item];
	return isByKey ? keyOf(way, target) : idOf(target);
}

export function fileNames({ items }: RandomRun, item: number): string[] {
	return Array.from({ length: items[item].files }, (_, file) => `${item}-${file}.txt`);
}

export function contentsOf({ haveSameContents }: RandomRun, fileName: string): string {
	return haveSameContents ? 'same' : `contents of ${fileName}`;
}

function testItem(settings: RandomRun, n: number): TestItem {
	const { spelling, isByKey, fault } = settings.items[n];
	const names = fileNames(settings, n);
	const files = names.map((name) => [name, textFile(name, contentsOf(settings, name))] as const);
	const binary = files.map(([name, { contents }]) => [
		name,
		{ data: contents.toString('base64'), fileName: name, mimeType: 'text/plain' },
	]);
	return {
		json: {
			n,
			fault,
			target: fault === 'target' ? '' : spell(targetOf(settings, n), spelling),
			mode: isByKey ? 'number' : 'id',
			attachments: fault === 'missingFile' ? [...names, 'missing'] : names,
		},
		files: settings.inMemory ? {} : Object.fromEntries(files),
		binary: {
			...(settings.inMemory && Object.fromEntries(binary)),
			missing: { id: 'filesystem-v2:missing', mimeType: 'text/plain' },
		},
	};
}

/** The items of an execution. Those of a Retry have the same files, and no fault any more. */
function itemsFor(settings: RandomRun, earlier?: RunResult): TestItem[] {
	const items = settings.items.map((item) => (earlier ? { ...item, fault: undefined } : item));
	const stored = earlier?.run.data.resultData.runData.Source[0].data!.main[0];
	return items.map((_, n) => {
		const item = testItem({ ...settings, items }, n);
		return stored ? { json: item.json, binary: stored[n].binary } : item;
	});
}

interface Execution extends RunResult {
	/** When it was canceled, if it was, and when it ended, among arrivals and responses. */
	canceledAt?: number;
	endedAt: number;
}

export interface Observation {
	settings: RandomRun;
	crm: Crm;
	executions: Execution[];
}

function createCrm({ way, records, habits, draws }: RandomRun): Crm {
	const all = records.map(({ target, spelling }, index): CrmRecord => {
		return { id: idOf(index), key: spell(keyOf(way, target), spelling) };
	});
	return new Crm(all, habits, draws);
}

/** What a request says, by its address and its body or form. */
function read({ url, json, fields, files }: ReceivedRequest): Omit<Request, 'execution' | 'item'> {
	const body = (json ?? Object.fromEntries(fields)) as IDataObject;
	const { emailcontact } = (body.fields ?? {}) as IDataObject;
	const [, address] = /(query|insert|update|delete)\w*\.php$/i.exec(url)!;
	return {
		kind: address === 'query' ? 'search' : (address as Request['kind']),
		id: String(body['wolkvox-id'] ?? ''),
		key: String(body.value ?? emailcontact ?? ''),
		page: Number(body.page ?? 1),
		body,
		files: files.sort((a, b) => (a.name < b.name ? -1 : 1)),
	};
}

/** Runs the node in n8n's engine, and again as its user does. */
export async function observe(server: ScriptedServer, settings: RandomRun): Promise<Observation> {
	const { way, onError, tries, retries, batch, cancelAfter, limit } = settings;
	const crm = createCrm(settings);
	const run = randomUUID();
	const executions: Execution[] = [];
	let items: TestItem[] = [];
	let cancel = () => {};
	let canceledAt: number | undefined;

	server.respond = (received) => {
		// The token tells whose request it is. On a busy machine, one of an earlier run can arrive as late as now.
		const [of, execution, item] = String(received.headers['wolkvox-token']).split('_');
		if (of !== run) return {};

		const request = { ...read(received), execution: Number(execution), item: Number(item) };
		const respond = crm.receive(request, ({ proof }) => {
			const { attachments } = items[request.item].json;
			if (settings.changesFileOrder && proof !== 'applied') (attachments as string[]).reverse();
		});
		if (crm.sent.length === cancelAfter) {
			canceledAt = crm.now();
			cancel();
		}
		return respond;
	};

	const { maxConcurrent, maxRetries, ifNothingFound, incompleteResults } = settings;
	const isSearch = way.operation.effect === 'reads';
	for (let last: Execution | undefined; ; ) {
		items = itemsFor(settings, last);
		canceledAt = undefined;
		const token = [run, executions.length];
		const result = await execute(server, way.operation, {
			items,
			parameters: {
				...way.parameters,
				...(isSearch && (limit ? { limit } : { returnAll: true })),
				options: {
					...way.options,
					...(isSearch && { ifNothingFound, incompleteResults }),
					...(way.multipleFiles && { multipleFiles: way.multipleFiles }),
					maxConcurrent,
					maxRetries,
				},
			},
			credential: async (item) => ({
				...credentialFor(server.url),
				token: [...token, item].join('_'),
			}),
			requestOptions: batch ? { batching: { batch } } : {},
			node: {
				onError,
				...(tries > 1 && { retryOnFail: true, maxTries: tries, waitBetweenTries: 1 }),
			},
			onStart: (stop) => void (cancel = stop),
			retryOf: last,
		});
		last = { ...asSaved(result), canceledAt, endedAt: crm.now() };
		executions.push(last);
		await waitForLateRequests();
		if (last.run.status === 'success' || executions.length > retries) break;
	}
	crm.finish();
	return { settings, crm, executions };
}

/** What happens after the end of an execution does not change what n8n has saved. */
function asSaved(result: RunResult): RunResult {
	const { data } = result.run;
	const executionData = structuredClone(data.executionData);
	return { ...result, run: { ...result.run, data: { ...data, executionData } } };
}
