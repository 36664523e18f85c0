import type {
	DeclarativeRestApiSettings,
	ICredentialDataDecryptedObject,
	IExecutePaginationFunctions,
	IHttpRequestOptions,
} from 'n8n-workflow';

import type { OperationKind, RequestBody, WolkvoxResponse } from '../operation';
import { completeRequest, recipientOf } from './completeRequest';
import { requiredCredential } from './credential';
import { RequestFailure } from './failure';
import type { Peer } from './networkErrors';
import { describeNetworkError } from './networkErrors';
import type { HttpResponse } from './response';
import { parseResponse } from './response';
import { StreamedFile } from './streamedFile';

export type RoutingRequest = DeclarativeRestApiSettings.ResultOptions;

/** Who decides when a request may leave. */
export interface RequestGate {
	/**
	 * Waits until a request may leave; throws if none may any more.
	 *
	 * @param recipient the server and the CRM operation to which it goes
	 */
	open(recipient: string): Promise<void>;
	/** Lets no request of the run leave for a while, in milliseconds. */
	hold(waitMs: number): void;
}

/** The key under which a request of this node carries the function that completes it. */
export const COMPLETE = Symbol('complete');

/** A request that has no address until the credential of its item completes it. */
export interface IncompleteRequest extends IHttpRequestOptions {
	[COMPLETE]?: (
		credentials: ICredentialDataDecryptedObject,
		options: IHttpRequestOptions,
	) => Promise<IHttpRequestOptions>;
}

/** The first wait before a request is repeated, in milliseconds; each further one is twice as long. */
const FIRST_WAIT = 1_000;

const DEFAULT_TIMEOUT = 300_000;

/** The longest time that a timer of JavaScript can wait, in milliseconds. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

interface RequestSettings {
	body: RequestBody;
	action: OperationKind;
	gate: RequestGate;
	maxRetries: number;
}

/**
 * Sends one request to the credential's server, and repeats it where that is safe and may help.
 *
 * @param request n8n's request, complete except for its address and body
 * @returns the response of a success, without the token
 * @throws RequestFailure if no success came back; whatever the gate throws
 */
export async function sendRequest(
	context: IExecutePaginationFunctions,
	request: RoutingRequest,
	settings: RequestSettings,
	repeats = 0,
): Promise<WolkvoxResponse> {
	return await sendOnce(context, request, settings).catch(async (error: Error) => {
		if (!(error instanceof RequestFailure)) throw error;

		const mayRepeat = error.canRepeat(settings.action) && repeats < settings.maxRetries;
		const wait = error.retryAfterMs ?? (mayRepeat ? FIRST_WAIT * 2 ** repeats : 0);
		settings.gate.hold(wait);
		if (!mayRepeat) throw error;
		return await sendRequest(context, request, settings, repeats + 1);
	});
}

/**
 * n8n reads the item's credential right before a request leaves, and hands it to `authenticate`, which
 * calls the function that completes the request. Without that, it has no address to go to: what fails
 * earlier is definitely not sent.
 */
async function sendOnce(
	context: IExecutePaginationFunctions,
	request: RoutingRequest,
	{ body, action, gate }: RequestSettings,
): Promise<WolkvoxResponse> {
	const { proxy, timeout: givenTimeout } = request.options as IHttpRequestOptions;
	const timeout = usableTimeout(givenTimeout);
	let recipient: (Peer & { token: string }) | undefined;
	let refusal: Error | undefined;

	const complete: IncompleteRequest[typeof COMPLETE] = async (credentials, options) => {
		const completed = completeRequest({ ...options, body }, credentials);
		const token = requiredCredential(credentials, 'token');
		await gate.open(recipientOf(credentials));
		recipient = { host: new URL(completed.baseURL).host, proxyHost: proxy?.host, token };
		return completed;
	};
	const options: IncompleteRequest = {
		...(request.options as IHttpRequestOptions),
		timeout,
		[COMPLETE]: async (...given) =>
			await complete(...given).catch((error: Error) => {
				refusal = error;
				throw error;
			}),
	};

	return await context
		.makeRoutingRequest({ ...request, options })
		.then(([{ json }]) => parseResponse(json as unknown as HttpResponse, recipient!, action))
		.catch((error: Error) => {
			if (!recipient) throw refusal ?? error;
			if (error instanceof RequestFailure) throw error;
			const hasFiles = streamedFiles(body).length > 0;
			const sent = { ...recipient, timeoutMs: timeout, hasFiles };
			throw unreadableFile(body) ?? describeNetworkError(error, sent);
		})
		.finally(() => streamedFiles(body).forEach((file) => file.close()));
}

/** n8n accepts any number; a timer that is too long ends at once, and one below a millisecond never. */
function usableTimeout(timeout: unknown): number {
	const milliseconds = Number(timeout);
	return milliseconds > 0 ? Math.min(Math.ceil(milliseconds), LONGEST_TIMEOUT) : DEFAULT_TIMEOUT;
}

function streamedFiles(body: RequestBody): StreamedFile[] {
	const parts = body instanceof FormData ? [...body.values()] : [];
	return parts.filter((part) => part instanceof StreamedFile);
}

function unreadableFile(body: RequestBody): RequestFailure | undefined {
	const file = streamedFiles(body).find(({ fault }) => fault);
	return (
		file &&
		new RequestFailure('unknown', `Attachments: "${file.name}" could not be read completely`)
	);
}
