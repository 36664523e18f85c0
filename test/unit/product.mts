// The functions of the product that unit tests call stand here alone, so one that moves is followed in one place.
import type { IDataObject, IExecutePaginationFunctions, UserError } from 'n8n-workflow';

import type {
	Operation,
	OperationKind,
	RequestBody,
	RequestDetails,
} from '../../nodes/WolkvoxCrm/operation';
import { createOperation as createCase } from '../../nodes/WolkvoxCrm/resources/case/create';
import { getOperation as getCase } from '../../nodes/WolkvoxCrm/resources/case/get';
import { getManyOperation as findCases } from '../../nodes/WolkvoxCrm/resources/case/getMany';
import { updateOperation as updateCase } from '../../nodes/WolkvoxCrm/resources/case/update';
import { closeOperation as closeCase } from '../../nodes/WolkvoxCrm/resources/case/close';
import { contactResource } from '../../nodes/WolkvoxCrm/resources/contact/fields';
import { createOperation } from '../../nodes/WolkvoxCrm/resources/custom/create';
import { deleteOperation } from '../../nodes/WolkvoxCrm/resources/custom/delete';
import { getManyOperation } from '../../nodes/WolkvoxCrm/resources/custom/getMany';
import { updateOperation } from '../../nodes/WolkvoxCrm/resources/custom/update';
import { upsertOperation } from '../../nodes/WolkvoxCrm/resources/custom/upsert';
import { recordResource } from '../../nodes/WolkvoxCrm/resources/record/fields';
import { getQuotaOperation as getQuota } from '../../nodes/WolkvoxCrm/resources/token/getQuota';
import type { SentRequest } from '../../nodes/WolkvoxCrm/transport/failure';
import { RequestFailure } from '../../nodes/WolkvoxCrm/transport/failure';
import type { IncompleteRequest } from '../../nodes/WolkvoxCrm/transport/credential';
import { COMPLETE } from '../../nodes/WolkvoxCrm/transport/credential';
import { sendRequest } from '../../nodes/WolkvoxCrm/transport/request';
import { parseResponse } from '../../nodes/WolkvoxCrm/transport/response';
import { TIMEOUT_MS } from '../support/faults.mts';
import type { Operation as TestedOperation } from '../support/operations.mts';
import type { Failure, ResponseCase, Result } from '../support/responses.mts';
import { contextFor } from './context.mts';

export { toNodeError } from '../../nodes/WolkvoxCrm/execution/errors';
export { completeRequest, getTenant } from '../../nodes/WolkvoxCrm/transport/completeRequest';
export { assertAllowedTarget } from '../../nodes/WolkvoxCrm/transport/credential';
export { RequestFailure } from '../../nodes/WolkvoxCrm/transport/failure';
export { serverOrigin } from '../../nodes/WolkvoxCrm/transport/server';

const OPERATIONS: Record<string, Operation<unknown>> = {
	'case: create': createCase,
	'case: get': getCase,
	'case: getMany': findCases,
	'case: update': updateCase,
	'case: close': closeCase,
	'contact: create': createOperation(contactResource),
	'contact: delete': deleteOperation(contactResource),
	'contact: getMany': getManyOperation(contactResource),
	'contact: update': updateOperation(contactResource),
	'contact: upsert': upsertOperation(contactResource),
	'record: create': createOperation(recordResource),
	'record: delete': deleteOperation(recordResource),
	'record: getMany': getManyOperation(recordResource),
	'record: update': updateOperation(recordResource),
	'record: upsert': upsertOperation(recordResource),
	'token: getQuota': getQuota,
};

/** The operation of the product that is tested with these parameters. */
export function operationOf({ parameters }: { parameters: IDataObject }): Operation<unknown> {
	const name = `${parameters.resource}: ${parameters.operation}`;
	if (!(name in OPERATIONS)) throw new Error(`Add "${name}" to test/unit/product.mts`);
	return OPERATIONS[name];
}

/** The context of an operation for an item, and its parameters as a workflow has them. */
function prepare({ parameters }: TestedOperation, changed: IDataObject, settings: Settings = {}) {
	const operation = operationOf({ parameters });
	const context = contextFor(
		{ ...parameters, ...changed },
		{ item: { json: { n: 0 } }, ...settings },
	);
	return { operation, context };
}

type Settings = Parameters<typeof contextFor>[1];

/** What operations make of their parameters; each has some of it. */
interface Checked {
	/** Of a case, the parts of its form; of a record, an object. */
	fields: Array<[part: string, text: string]>;
	files: Array<{ name: string; file: File }>;
	body: IDataObject;
	limit: number;
}

/**
 * What an operation makes of its parameters if some of them are changed, checked and ready to be sent.
 *
 * @throws UserError if one is invalid
 */
export async function parametersOf(
	tested: TestedOperation,
	changed: IDataObject,
	settings?: Settings,
): Promise<Checked> {
	const { operation, context } = prepare(tested, changed, settings);
	operation.getRecord?.(context);
	return (await operation.getParameters(context)) as Checked;
}

/** The parameters that an operation reads for an item, each as often as it is read. */
export async function readingsOf(tested: TestedOperation, changed: IDataObject) {
	const { operation, context } = prepare(tested, changed);
	const read = jest.spyOn(context, 'getNodeParameter');
	operation.getRecord?.(context);
	await operation.getParameters(context);
	return read.mock.calls.map(([name]) => name);
}

/** How an item names its record. */
export function recordOf(tested: TestedOperation, changed: IDataObject, settings?: Settings) {
	const { operation, context } = prepare(tested, changed, settings);
	return operation.getRecord!(context);
}

/** Expects such parameters to be refused with this message and with advice, which is returned. */
export async function expectRefusal(
	tested: TestedOperation,
	changed: IDataObject,
	message: string | RegExp,
	settings?: Settings,
) {
	const error = await parametersOf(tested, changed, settings).catch((thrown: Error) => thrown);
	expect(error).toMatchObject({
		message: typeof message === 'string' ? message : expect.stringMatching(message),
		description: expect.stringMatching(/\S/),
	});
	return (error as UserError).description!;
}

/** What an operation sends for an item, and outputs unless it fails. */
interface SentItem {
	/** The bodies of its queries. */
	queries: IDataObject[];
	changes: Array<RequestDetails & { body: RequestBody }>;
	output?: IDataObject[];
	error?: UserError;
}

/**
 * What an operation sends for an item: each query gets the next of these responses, and a change succeeds.
 *
 * @param earlier the output of an earlier item of the same record
 */
export async function sendItem(
	tested: TestedOperation,
	changed: IDataObject,
	responses: Response[],
	earlier?: IDataObject[],
): Promise<SentItem> {
	const { operation, context } = prepare(tested, changed);
	const sent: SentItem = { queries: [], changes: [] };
	const query = async (body: IDataObject = {}) => {
		const response = responses[sent.queries.length];
		sent.queries.push(body);
		return parseResponse(toHttp(response), sentBy({ ...operation, effect: 'reads' })) as never;
	};
	try {
		const parameters = await operation.getParameters(context);
		const record = operation.getRecord?.(context);
		const recordId = (await record?.find?.(query)) ?? record?.id ?? '';
		sent.output = await operation.send(parameters, {
			recordId,
			query,
			withoutAttached: (files) => files,
			getEarlierResult: () => earlier,
			request: async (body, details) => {
				sent.changes.push({ recordId, ...details, body });
				return { code: 200, data: { wolkvox_id: '' } };
			},
		});
	} catch (error) {
		sent.error = error as UserError;
	}
	return sent;
}

/** What was sent to the server HOST: for an update, to the record `item0`. */
function sentBy(operation: OperationKind, more: Partial<SentRequest> = {}): SentRequest {
	return {
		origin: new URL('https://host.test'),
		token: 'response-token',
		recordId: ['updates', 'deletes'].includes(operation.effect) ? 'item0' : undefined,
		isSentWhole: true,
		fileBytes: 0,
		timeoutMs: 1000,
		...more,
		operation,
	};
}

type Response = Pick<ResponseCase, 'status' | 'headers' | 'body'>;

/** What an operation makes of a response; of a successful read, only the records. */
export function parse(
	operation: OperationKind,
	response: Response,
	sent?: Partial<SentRequest>,
): Result {
	try {
		const parsed = parseResponse(toHttp(response), sentBy(operation, sent));
		return { response: operation.effect === 'reads' ? { data: parsed.data } : parsed };
	} catch (error) {
		return { failure: toFailure(error as Error, operation) };
	}
}

/** The message and the advice for a response that is no success. */
export function textFor(
	operation: OperationKind,
	response: Response,
	sent?: Partial<SentRequest>,
): string {
	try {
		parseResponse(toHttp(response), sentBy(operation, sent));
	} catch (error) {
		return `${(error as Error).message}\n${(error as RequestFailure).description}`;
	}
	throw new Error('The response is a success');
}

/** How long an operation waits before each repetition, in milliseconds, if it gets these responses in turn. */
export async function waitsFor(
	operation: OperationKind,
	responses: Response[],
	maxRetries: number,
): Promise<number[]> {
	const waits: number[] = [];
	await send(operation, () => toHttp(responses.shift()!), {
		maxRetries,
		failed: (_failure, wait) => void waits.push(wait),
	}).catch(() => {});
	return waits;
}

/** What an operation makes of an error that n8n hands on instead of a response. */
export async function explain(
	operation: OperationKind,
	error: Error,
	settings: SendSettings = {},
): Promise<Failure> {
	const throwError = () => {
		throw error;
	};
	return await send(operation, throwError, settings).then(
		() => {
			throw new Error('The request is a success');
		},
		(failure: Error) => toFailure(failure, operation),
	);
}

type SendSettings = Partial<Parameters<typeof sendRequest>[2]> & {
	proxyHost?: string;
	/** The server, if it is not HOST. */
	server?: string;
};

/** Sends a request to the server HOST, with which n8n makes this exchange. */
async function send(
	operation: OperationKind,
	exchange: () => ReturnType<typeof toHttp>,
	{ proxyHost, server = 'host.test', ...settings }: SendSettings,
) {
	const credential = {
		server: 'custom',
		customServer: server,
		operation: 'demo',
		token: 'response-token',
	};
	const context = {
		makeRoutingRequest: async (request: { options: IncompleteRequest }) => {
			await request.options[COMPLETE]!(credential, request.options);
			return [{ json: exchange() }];
		},
	} as unknown as IExecutePaginationFunctions;
	const proxy = proxyHost && { host: proxyHost };
	const request = { options: { url: '/x', timeout: TIMEOUT_MS, proxy } } as never;
	return await sendRequest(context, request, {
		body: undefined,
		files: [],
		operation,
		maxRetries: 0,
		beforeSend: async () => {},
		failed: () => {},
		...settings,
	});
}

function toHttp({ status = 200, headers = {}, body }: Response) {
	const text = typeof body === 'string' ? body : JSON.stringify(body);
	return { statusCode: status, headers, body: Buffer.isBuffer(body) ? body : Buffer.from(text) };
}

function toFailure(error: Error, operation: OperationKind): Failure {
	if (!(error instanceof RequestFailure)) throw error;
	const { message, httpCode, outcome, retryAfterMs = 'usual' } = error;
	return {
		message: message.replaceAll('host.test', 'HOST'),
		httpCode,
		...(operation.effect !== 'reads' && { outcome }),
		...(error.canRepeat(operation) && { repeatedAfter: retryAfterMs }),
	};
}
