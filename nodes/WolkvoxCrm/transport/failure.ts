import { OperationalError } from 'n8n-workflow';

import type { OperationKind } from '../operation';

/**
 * How a request ended that Wolkvox did not confirm. "unknown" is the default: a request may have
 * been applied unless it is proved that it was refused or never sent.
 */
export type Outcome = 'refused' | 'notSent' | 'unknown';

/** Where a request goes: the server, and the proxy in between if there is one. */
export interface Peer {
	host: string;
	/** Set in the node; n8n's environment may name another one. */
	proxyHost?: string;
}

interface FailureDetails {
	/** What to do about it. */
	advice?: string;
	/** The HTTP status, or the `code` of the response. Never a network error's code: n8n would replace the message. */
	httpCode?: string;
	/** Which requests can succeed if they are sent again; none by default. */
	repeatable?: 'all' | 'reads';
	/** How long the server asks to wait before the next request, in milliseconds. */
	retryAfterMs?: number;
}

/** Why a request was not confirmed. */
export class RequestFailure extends OperationalError {
	readonly httpCode?: string;

	readonly retryAfterMs?: number;

	private readonly repeatable?: 'all' | 'reads';

	constructor(
		readonly outcome: Outcome,
		message: string,
		{ advice, httpCode, repeatable, retryAfterMs }: FailureDetails = {},
	) {
		super(message, { description: advice });
		this.httpCode = httpCode;
		this.repeatable = repeatable;
		this.retryAfterMs = retryAfterMs;
	}

	/** Whether sending the same request again is safe and may help. */
	canRepeat({ effect }: OperationKind): boolean {
		if (effect === 'reads') return this.repeatable !== undefined;
		return this.repeatable === 'all' && this.outcome !== 'unknown';
	}
}

/** Whether an HTTP status, or the `code` of a response, is one of success. */
export function isSuccess(code: number): boolean {
	return code >= 200 && code < 300;
}
