import { OperationalError } from 'n8n-workflow';

import type { OperationKind } from '../operation';

/**
 * How a request ended that Wolkvox did not confirm. "unknown" is the default: a request may have
 * been applied unless it is proved that it was refused or never sent.
 */
export type Outcome = 'refused' | 'notSent' | 'unknown';

/** What was sent, and to whom, as far as it matters to how the request ended. */
export interface SentRequest {
	/** The origin of the credential's server. */
	origin: URL;
	/** The proxy set in the node, as host and port; n8n's environment may name another one. */
	proxyHost?: string;
	/** To mask. */
	token: string;
	operation: OperationKind;
	/** What to check if Wolkvox rejects these values, where the operation does not say it. */
	getValuesAdvice?(): string;
	/** The ID of the record that the request changes, if it names one. */
	recordId?: string;
	/** Whether all files were read to their end before the response came. */
	isSentWhole: boolean;
	/** The size of its files, in bytes. */
	fileBytes: number;
	timeoutMs: number;
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

	/** The failure of a query before a change: whatever became of the query, the change was not sent. */
	asNotSent(): RequestFailure {
		const { message, description, httpCode, repeatable, retryAfterMs } = this;
		return new RequestFailure('notSent', message, {
			advice: `${description ?? ''} Nothing was changed.`.trim(),
			httpCode,
			repeatable,
			retryAfterMs,
		});
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
