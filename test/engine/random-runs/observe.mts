import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import fc from 'fast-check';
import type { INode } from 'n8n-workflow';

import type { RunResult, TestItem } from '../../support/engine.mts';
import { CREATE_CASE, locator, UPDATE_CASE } from '../../support/operations.mts';
import type { ReceivedRequest, ScriptedServer } from '../../support/server.mts';
import { caseIdOf, fieldOf, SUCCESS, waitForLateRequests } from '../../support/server.mts';
import { EXPRESSION_ENDS_NODE } from '../../support/version.mts';
import { credentialFor, execute, textFile } from '../../support/wolkvox.mts';

const json = (status: number, body: object, headers = {}) => {
	return (response: ServerResponse) => {
		response
			.writeHead(status, { 'content-type': 'application/json', ...headers })
			.end(JSON.stringify(body));
	};
};
const page = (status: number, headers = {}) => {
	return (response: ServerResponse) => {
		response.writeHead(status, { 'content-type': 'text/html', ...headers }).end('<h1>Busy</h1>');
	};
};

/** What a response lets anyone know of a request, whoever sent it. */
type Proof = 'applied' | 'refused' | 'unknown';

interface Answer {
	proves: Proof;
	/** Whether the node itself may repeat the request. */
	isTemporary?: boolean;
	write(response: ServerResponse): void;
}

/**
 * What a client sees. The proofs are what the vendor's pages show; all others say nothing of what the
 * server did, however much they look like it.
 */
const ANSWERS = {
	success: { proves: 'applied', write: json(200, SUCCESS) },
	rejection: { proves: 'refused', write: json(400, { code: 400, msg: 'No' }) },
	tooMany: {
		proves: 'refused',
		isTemporary: true,
		write: json(429, { code: 429, msg: 'Busy' }, { 'retry-after': '0' }),
	},
	pause: {
		proves: 'refused',
		isTemporary: true,
		write: json(503, { code: 503, msg: 'Wait' }, { 'retry-after': '0' }),
	},
	pageOfCache: { proves: 'unknown', write: page(503, { 'retry-after': '0' }) },
	pageOfFirewall: { proves: 'unknown', write: page(403) },
	pageOfServer: { proves: 'unknown', write: page(500) },
	otherJson: { proves: 'unknown', write: json(200, { status: 'fail', data: { id: 1 } }) },
	contradiction: { proves: 'unknown', write: json(502, SUCCESS) },
	otherRecord: {
		proves: 'unknown',
		write: json(200, { ...SUCCESS, data: { wolkvox_id: 'another' } }),
	},
	redirect: { proves: 'unknown', write: page(302, { location: '/' }) },
	silence: { proves: 'unknown', write: (response) => void response.destroy() },
} satisfies Record<string, Answer>;

/** What makes an item impossible to read. The contents of a missing file are looked up asynchronously. */
export type Fault = 'expression' | 'case' | 'value' | 'missingFile';

export interface RandomRun {
	operation: 'create' | 'update';
	items: Array<{ caseId: string; files: number; fault?: Fault }>;
	/** In the order in which requests arrive; every further request succeeds. */
	responses: Array<{
		answer: keyof typeof ANSWERS;
		/** What the server does where the answer does not prove it. */
		isApplied: boolean;
		delayMs: number;
	}>;
	onError: 'stopWorkflow' | 'continueRegularOutput' | 'continueErrorOutput';
	/** How often n8n runs the node: more than once with Retry On Fail. */
	tries: number;
	batch?: { batchSize: number; batchInterval: number };
	maxConcurrent: number;
	maxRetries: number;
	/** A new case goes in one request. */
	multipleFiles: 'onePerRequest' | 'together';
	/** Whether n8n keeps the files in memory, with the items. */
	inMemory: boolean;
	/** Whether all files have the same contents. */
	sameContents: boolean;
	/** Whether an item lists its files in another order after each failure. */
	changesFileOrder: boolean;
	/** The execution is canceled when this many requests have arrived. */
	cancelAfter?: number;
}

/** A request as the server saw it. Arrivals and responses are numbered in the order in which they happened. */
export interface SentRequest {
	item: number;
	/** Names of its files, sorted. */
	files: string[];
	received: ReceivedRequest;
	/** What the server did. */
	isApplied: boolean;
	/** What the response says of it. */
	proof: Proof;
	/** Whether the node itself may repeat it. */
	isTemporary: boolean;
	arrivedAt: number;
	respondedAt: number;
}

export interface Observation extends RunResult {
	settings: RandomRun;
	sent: SentRequest[];
	/** When the execution was canceled, if it was, and when it ended, among arrivals and responses. */
	canceledAt?: number;
	endedAt: number;
}

/** Nothing, except once in `times`. */
const rarely = <Value,>(times: number, arbitrary: fc.Arbitrary<Value>) =>
	fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });

const randomItem = fc.record({
	caseId: fc.nat({ max: 3 }).map((number) => `case${number}`),
	files: fc.nat({ max: 3 }),
	fault: rarely(16, fc.constantFrom<Fault>('value', 'case', 'missingFile', 'expression')),
});

const randomResponse = fc.record({
	answer: fc.oneof(
		{ weight: 6, arbitrary: fc.constant('success' as const) },
		{ weight: 2, arbitrary: fc.constant('rejection' as const) },
		{ weight: 2, arbitrary: fc.constantFrom('tooMany', 'pause') },
		{
			weight: 2,
			arbitrary: fc.constantFrom(
				'pageOfCache',
				'pageOfFirewall',
				'pageOfServer',
				'otherJson',
				'contradiction',
				'otherRecord',
				'redirect',
				'silence',
			),
		},
	),
	isApplied: fc.boolean(),
	delayMs: fc.nat({ max: 4 }),
});

/** Operations, and how they send several files: a new case can go only in one request. */
const WAYS: Array<Pick<RandomRun, 'operation' | 'multipleFiles'>> = [
	{ operation: 'update', multipleFiles: 'onePerRequest' },
	{ operation: 'update', multipleFiles: 'together' },
	{ operation: 'create', multipleFiles: 'together' },
];

export const anyRun: fc.Arbitrary<RandomRun> = fc
	.record({
		way: fc.constantFrom(...WAYS),
		items: fc.array(randomItem, { minLength: 1, maxLength: 6, size: 'max' }),
		responses: fc.array(randomResponse, { maxLength: 14, size: 'max' }),
		onError: fc.constantFrom('stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'),
		tries: fc.integer({ min: 1, max: 3 }),
		batch: rarely(
			3,
			fc.record({
				batchSize: fc.integer({ min: 1, max: 2 }),
				batchInterval: fc.integer({ min: 1, max: 5 }),
			}),
		),
		maxConcurrent: fc.integer({ min: 1, max: 4 }),
		maxRetries: fc.nat({ max: 2 }),
		inMemory: fc.boolean(),
		sameContents: fc.boolean(),
		changesFileOrder: fc.boolean(),
		cancelAfter: rarely(6, fc.integer({ min: 1, max: 8 })),
	})
	.map(({ way, ...run }) => ({ ...run, ...way }))
	.filter(({ items, onError }) => onError === 'stopWorkflow' || items.every(reachesTheNode));

/** Where a failed expression ends the node, a run cannot continue after it. */
function reachesTheNode({ fault }: { fault?: Fault }): boolean {
	return !EXPRESSION_ENDS_NODE || fault !== 'expression';
}

export function fileNames({ items }: RandomRun, item: number): string[] {
	return Array.from({ length: items[item].files }, (_, file) => `${item}-${file}.txt`);
}

export function contentsOf({ sameContents }: RandomRun, fileName: string): string {
	return sameContents ? 'same' : `contents of ${fileName}`;
}

function testItem(settings: RandomRun, n: number): TestItem {
	const { caseId, fault } = settings.items[n];
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
			caseId: fault === 'case' ? '' : caseId,
			attachments: fault === 'missingFile' ? [...names, 'missing'] : names,
		},
		files: settings.inMemory ? {} : Object.fromEntries(files),
		binary: {
			...(settings.inMemory && Object.fromEntries(binary)),
			missing: { id: 'filesystem-v2:missing', mimeType: 'text/plain' },
		},
	};
}

const FIELDS = {
	solution: `={{ $json.fault === 'expression' ? $('nowhere').item : 'item ' + $json.n }}`,
	customFieldsJson: `={{ $json.fault === 'value' ? '{' : '{}' }}`,
	attachments: '={{ $json.attachments }}',
};

/** Each operation with its parameters; an item of fault "case" has no ID, and no contact. */
const OPERATIONS = {
	create: {
		operation: CREATE_CASE,
		parameters: { contact: '={{ $json.caseId }}', additionalFields: FIELDS },
	},
	update: {
		operation: UPDATE_CASE,
		parameters: { caseId: locator('id', '={{ $json.caseId }}'), updateFields: FIELDS },
	},
};

/** What a request changes: requests for one case wait for each other, new cases do not. */
export function subjectOf({ operation }: RandomRun, { item, received }: SentRequest): string {
	return operation === 'update' ? caseIdOf(received) : `item ${item}`;
}

const SUCCESS_AT_ONCE = { answer: 'success', isApplied: true, delayMs: 0 } as const;

/** Runs the node in n8n's engine against a server that responds as the settings say. */
export async function observe(server: ScriptedServer, settings: RandomRun): Promise<Observation> {
	const { responses, onError, tries, batch, cancelAfter } = settings;
	const { maxConcurrent, maxRetries, multipleFiles } = settings;
	const items = settings.items.map((_, n) => testItem(settings, n));
	const credential = { ...credentialFor(server.url), token: randomUUID() };
	const sent: SentRequest[] = [];
	let events = 0;
	let cancel = () => {};
	let canceledAt: number | undefined;

	server.respond = (received) => {
		// On a busy machine, a request of an earlier run that n8n ended can arrive as late as now.
		if (received.headers['wolkvox-token'] !== credential.token) return {};

		const { answer, isApplied, delayMs } = responses[sent.length] ?? SUCCESS_AT_ONCE;
		// The response to a new case may name any record.
		const isOwnRecord = settings.operation === 'create' && answer === 'otherRecord';
		const {
			proves: proof,
			isTemporary = false,
			write,
		}: Answer = ANSWERS[isOwnRecord ? 'success' : answer];
		const request: SentRequest = {
			item: Number(/\d+$/.exec(fieldOf(received, 'solution') ?? '')?.[0]),
			files: received.files.map(({ name = '' }) => name).sort(),
			received,
			isApplied: proof === 'unknown' ? isApplied : proof === 'applied',
			proof,
			isTemporary,
			arrivedAt: events++,
			respondedAt: Infinity,
		};
		sent.push(request);
		if (sent.length === cancelAfter) {
			canceledAt = events++;
			cancel();
		}
		const respond = async (response: ServerResponse) => {
			if (delayMs > 0) await sleep(delayMs);
			request.respondedAt = events++;
			if (settings.changesFileOrder && proof !== 'applied') {
				(items[request.item].json.attachments as string[]).reverse();
			}
			write(response);
		};
		return (response) => void respond(response);
	};

	const node: Partial<INode> = {
		onError,
		...(tries > 1 && { retryOnFail: true, maxTries: tries, waitBetweenTries: 1 }),
	};
	const { operation, parameters } = OPERATIONS[settings.operation];
	const result = await execute(server, operation, {
		items,
		parameters,
		credential,
		options: { maxConcurrent, maxRetries, multipleFiles },
		requestOptions: batch ? { batching: { batch } } : {},
		node,
		onStart: (stop) => void (cancel = stop),
	});
	const endedAt = events++;
	await waitForLateRequests();
	return { ...result, settings, sent, canceledAt, endedAt };
}
