import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	IHttpRequestOptions,
} from 'n8n-workflow';

import type { OperationKind, RequestBody, RequestFile, WolkvoxResponse } from '../operation';
import { completeRequest } from './completeRequest';
import type { Complete, IncompleteRequest } from './credential';
import { COMPLETE } from './credential';
import type { SentRequest } from './failure';
import { RequestFailure } from './failure';
import { toNetworkFailure, getArrivedHead } from './networkErrors';
import type { HttpResponse } from './response';
import { parseHead, parseResponse } from './response';

export type RoutingRequest = DeclarativeRestApiSettings.ResultOptions;

/** The first wait before a request is repeated; each further one is twice as long. */
const FIRST_WAIT_MS = 1_000;

const DEFAULT_TIMEOUT_MS = 300_000;

/** The longest time that a timer of JavaScript can wait. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

interface RequestSettings {
	/** The endpoint, if it is not the operation's own. */
	url?: string;
	body: RequestBody;
	/** The files in the body. */
	files: RequestFile[];
	operation: OperationKind;
	/** What to check if Wolkvox rejects these values, where the operation does not say it. */
	getValuesAdvice?(): string;
	/** The ID of the record that the request changes, if it names one. */
	recordId?: string;
	/** How often the request may be sent again. */
	maxRetries: number;
	/**
	 * Waits until the request may leave; throws if it may not any more.
	 *
	 * @param tenant the server and the CRM operation to which it goes
	 */
	beforeSend(tenant: string): Promise<void>;
	/**
	 * Is told of each failure, also of one after which the request is sent again.
	 *
	 * @param waitMs how long no request of the run may leave
	 */
	failed(failure: RequestFailure, waitMs: number): void;
}

/**
 * Sends one request to the credential's server, and repeats it where that is safe and may help.
 *
 * @param request n8n's request, complete except for its address and body
 * @returns the response of a success, without the token
 * @throws RequestFailure if no success came back; whatever `beforeSend` throws
 */
export async function sendRequest(
	context: IExecutePaginationFunctions,
	request: RoutingRequest,
	settings: RequestSettings,
	repeats = 0,
): Promise<WolkvoxResponse> {
	return await trySending(context, request, settings).catch(async (error: Error) => {
		if (!(error instanceof RequestFailure)) throw error;

		const mayRepeat = error.canRepeat(settings.operation) && repeats < settings.maxRetries;
		const wait = error.retryAfterMs ?? (mayRepeat ? FIRST_WAIT_MS * 2 ** repeats : 0);
		settings.failed(error, wait);
		if (!mayRepeat) throw error;
		return await sendRequest(context, request, settings, repeats + 1);
	});
}

/**
 * n8n reads the item's credential right before a request leaves, and hands it to `authenticate`, which
 * calls the function that completes the request: one reading of the credential decides server, CRM
 * operation and token, so they cannot be of two tenants. Without that, the request has no address to go
 * to: what fails earlier is definitely not sent.
 */
async function trySending(
	context: IExecutePaginationFunctions,
	request: RoutingRequest,
	{ url, body, files, operation, getValuesAdvice, recordId, beforeSend }: RequestSettings,
): Promise<WolkvoxResponse> {
	const given = request.options as IHttpRequestOptions;
	const timeoutMs = toUsableTimeout(given.timeout);
	let sentTo: Pick<SentRequest, 'origin' | 'proxyHost' | 'token'> | undefined;
	let notSentBecause: Error | undefined;

	const complete: Complete = async (credentials, options) => {
		const completed = completeRequest({ ...options, body }, credentials);
		await beforeSend(completed.tenant);
		const origin = new URL(completed.request.baseURL);
		sentTo = { origin, proxyHost: given.proxy?.host, token: completed.token };
		return completed.request;
	};
	const options: IncompleteRequest = {
		...given,
		...(url && { url }),
		timeout: timeoutMs,
		// n8n wraps what `authenticate` throws.
		[COMPLETE]: async (credentials, incomplete) =>
			await complete(credentials, incomplete).catch((error: Error) => {
				notSentBecause = error;
				throw error;
			}),
	};

	const getSent = (): SentRequest => ({
		// Without an address, which comes with it, there is no response.
		...sentTo!,
		operation,
		getValuesAdvice,
		recordId,
		isSentWhole: files.every(({ isRead }) => isRead),
		fileBytes: files.reduce((bytes, { size }) => bytes + size, 0),
		timeoutMs,
	});
	return await context
		.makeRoutingRequest({ ...request, options })
		.then(([{ json }]) => parseResponse(json as unknown as HttpResponse, getSent()))
		.catch((error: Error) => {
			// Without an address it cannot have left.
			if (!sentTo) throw notSentBecause ?? error;
			if (error instanceof RequestFailure) throw error;
			throw toMissingResponseFailure(error, files, getSent());
		})
		.finally(() => files.forEach((file) => file.close()));
}

/** Why there is no response; a status that arrived counts, even if its body did not. */
function toMissingResponseFailure(
	error: Error,
	files: RequestFile[],
	sent: SentRequest,
): RequestFailure {
	const unreadable = files.find(({ fault }) => fault);
	if (unreadable) {
		return new RequestFailure(
			'unknown',
			`'Attachments': "${unreadable.name}" could not be read completely`,
		);
	}
	const head = getArrivedHead(error);
	return (head && parseHead(head, sent)) ?? toNetworkFailure(error, sent);
}

/** n8n accepts any number; a timer that is too long ends at once, and one below a millisecond never. */
function toUsableTimeout(timeout: unknown): number {
	const milliseconds = Number(timeout);
	return milliseconds > 0 ? Math.min(Math.ceil(milliseconds), MAX_TIMEOUT_MS) : DEFAULT_TIMEOUT_MS;
}
