import type {
	DeclarativeRestApiSettings,
	ICredentialDataDecryptedObject,
	IExecutePaginationFunctions,
	IHttpRequestOptions,
} from 'n8n-workflow';

import { assertAllowedTarget, requiredCredential } from './credential';
import { RequestFailure } from './failure';
import { describeNetworkError } from './networkErrors';
import type { HttpResponse, WolkvoxResponse } from './response';
import { parseResponse } from './response';
import { serverOrigin } from './server';
import { StreamedFile } from './streamedFile';

export type RoutingRequest = DeclarativeRestApiSettings.ResultOptions;

/** Who decides when a request may leave. */
export interface RequestGate {
	/** Waits until a request may leave; throws if none may any more. */
	open(): Promise<void>;
	/** Lets no request of the run leave for a while, in milliseconds. */
	hold(waitMs: number): void;
}

/** The key under which a request brings along what must happen right before it leaves. */
export const BEFORE_SENDING = Symbol('beforeSending');

export interface GatedRequestOptions extends IHttpRequestOptions {
	[BEFORE_SENDING]?: () => Promise<void>;
}

/** The first wait before a request is repeated, in milliseconds; each further one is twice as long. */
const FIRST_WAIT = 1_000;

const DEFAULT_TIMEOUT = 300_000;

/** The longest time that a timer of JavaScript can wait, in milliseconds. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

interface RequestSettings {
	body: FormData;
	credentials: ICredentialDataDecryptedObject;
	gate: RequestGate;
	maxRetries: number;
}

/**
 * Sends one request to the credential's server, and repeats it where that is safe and may help.
 *
 * @param request n8n's request, complete except for its target and body
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

		const mayRepeat = error.canRepeat && repeats < settings.maxRetries;
		const wait = error.retryAfterMs ?? (mayRepeat ? FIRST_WAIT * 2 ** repeats : 0);
		settings.gate.hold(wait);
		if (!mayRepeat) throw error;
		return await sendRequest(context, request, settings, repeats + 1);
	});
}

async function sendOnce(
	context: IExecutePaginationFunctions,
	request: RoutingRequest,
	{ body, credentials, gate }: RequestSettings,
): Promise<WolkvoxResponse> {
	const options = targeted(request.options as IHttpRequestOptions, credentials, body);
	const token = requiredCredential(credentials, 'token');
	const { host } = new URL(options.baseURL!);
	let refusal: Error | undefined;
	options[BEFORE_SENDING] = async () =>
		await gate.open().catch((reason: Error) => {
			refusal = reason;
			throw reason;
		});

	await gate.open();
	return await context
		.makeRoutingRequest({ ...request, options })
		.then(([{ json }]) => parseResponse(json as unknown as HttpResponse, { host, token }))
		.catch((error: Error) => {
			if (error instanceof RequestFailure) throw error;
			throw refusal ?? unreadableFile(body) ?? networkFailure(error, host, options);
		})
		.finally(() => streamedFiles(body).forEach((file) => file.close()));
}

function networkFailure(error: Error, host: string, { proxy, timeout }: IHttpRequestOptions) {
	return describeNetworkError(error, { host, proxyHost: proxy?.host, timeoutMs: timeout! });
}

/** Completes a request for the credential's server, which n8n's list for the HTTP Request node need not name. */
function targeted(
	request: IHttpRequestOptions,
	credentials: ICredentialDataDecryptedObject,
	body: FormData,
): GatedRequestOptions {
	const origin = serverOrigin(credentials);
	const options = {
		...request,
		baseURL: origin,
		allowedDomains: new URL(origin).hostname,
		timeout: usableTimeout(request.timeout),
		body,
	};
	assertAllowedTarget(credentials, options);
	return options;
}

/** n8n accepts any number, and a timer that is too long ends at once. */
function usableTimeout(timeout: unknown): number {
	const milliseconds = Number(timeout);
	return milliseconds > 0 ? Math.min(milliseconds, LONGEST_TIMEOUT) : DEFAULT_TIMEOUT;
}

function streamedFiles(body: FormData): StreamedFile[] {
	return [...body].map(([, part]) => part).filter((part) => part instanceof StreamedFile);
}

function unreadableFile(body: FormData): RequestFailure | undefined {
	const file = streamedFiles(body).find(({ fault }) => fault);
	return (
		file &&
		new RequestFailure('unknown', `Attachments: "${file.name}" could not be read completely`)
	);
}
