import type {
	DeclarativeRestApiSettings,
	IExecutePaginationFunctions,
	IHttpRequestOptions,
} from 'n8n-workflow';

import type { OperationKind, RequestBody, WolkvoxResponse } from '../operation';
import { completeRequest, getTenant } from './completeRequest';
import type { Complete, IncompleteRequest } from './credential';
import { COMPLETE, requiredCredential } from './credential';
import type { Peer } from './failure';
import { RequestFailure } from './failure';
import { describeNetworkError } from './networkErrors';
import type { HttpResponse } from './response';
import { parseResponse } from './response';
import { StreamedFile } from './streamedFile';

export type RoutingRequest = DeclarativeRestApiSettings.ResultOptions;

/** The first wait before a request is repeated; each further one is twice as long. */
const FIRST_WAIT_MS = 1_000;

const DEFAULT_TIMEOUT_MS = 300_000;

/** The longest time that a timer of JavaScript can wait. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

interface RequestSettings {
	body: RequestBody;
	/** The files in the body. */
	files: File[];
	operation: OperationKind;
	/** How often the request may be sent again. */
	maxRetries: number;
	/**
	 * Waits until the request may leave; throws if it may not any more.
	 *
	 * @param tenant the server and the CRM operation to which it goes
	 */
	beforeSend(tenant: string): Promise<void>;
	/** Lets no request of the run leave for a while, in milliseconds. */
	pause(waitMs: number): void;
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
	return await sendOnce(context, request, settings).catch(async (error: Error) => {
		if (!(error instanceof RequestFailure)) throw error;

		const mayRepeat = error.canRepeat(settings.operation) && repeats < settings.maxRetries;
		const wait = error.retryAfterMs ?? (mayRepeat ? FIRST_WAIT_MS * 2 ** repeats : 0);
		settings.pause(wait);
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
async function sendOnce(
	context: IExecutePaginationFunctions,
	request: RoutingRequest,
	{ body, files, operation, beforeSend }: RequestSettings,
): Promise<WolkvoxResponse> {
	const { proxy, timeout: givenTimeout } = request.options as IHttpRequestOptions;
	const timeout = toUsableTimeout(givenTimeout);
	let peer: (Peer & { token: string }) | undefined;
	let notSentBecause: Error | undefined;

	const complete: Complete = async (credentials, options) => {
		const completed = completeRequest({ ...options, body }, credentials);
		const token = requiredCredential(credentials, 'token');
		await beforeSend(getTenant(credentials));
		peer = { host: new URL(completed.baseURL).host, proxyHost: proxy?.host, token };
		return completed;
	};
	const options: IncompleteRequest = {
		...(request.options as IHttpRequestOptions),
		timeout,
		[COMPLETE]: async (...given) =>
			await complete(...given).catch((error: Error) => {
				notSentBecause = error;
				throw error;
			}),
	};

	return await context
		.makeRoutingRequest({ ...request, options })
		.then(([{ json }]) => parseResponse(json as unknown as HttpResponse, peer!, operation))
		.catch((error: Error) => {
			if (!peer) throw notSentBecause ?? error;
			if (error instanceof RequestFailure) throw error;
			const sent = { ...peer, timeoutMs: timeout, hasFiles: getStreamedFiles(files).length > 0 };
			throw unreadableFile(files) ?? describeNetworkError(error, sent);
		})
		.finally(() => getStreamedFiles(files).forEach((file) => file.close()));
}

/** n8n accepts any number; a timer that is too long ends at once, and one below a millisecond never. */
function toUsableTimeout(timeout: unknown): number {
	const milliseconds = Number(timeout);
	return milliseconds > 0 ? Math.min(Math.ceil(milliseconds), MAX_TIMEOUT_MS) : DEFAULT_TIMEOUT_MS;
}

function getStreamedFiles(files: File[]): StreamedFile[] {
	return files.filter((file) => file instanceof StreamedFile);
}

function unreadableFile(files: File[]): RequestFailure | undefined {
	const file = getStreamedFiles(files).find(({ fault }) => fault);
	return (
		file &&
		new RequestFailure('unknown', `'Attachments': "${file.name}" could not be read completely`)
	);
}
