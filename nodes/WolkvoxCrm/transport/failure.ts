import { UserError } from 'n8n-workflow';

/**
 * How a request ended that Wolkvox did not confirm. "unknown" is the default: a request may have
 * been applied unless it is proved that it was refused or never sent.
 */
export type Outcome = 'refused' | 'notSent' | 'unknown';

interface FailureDetails {
	/** What to do about it. */
	advice?: string;
	/** The HTTP status, or the `code` of the response. Never a network error's code: n8n would replace the message. */
	httpCode?: string;
	/** Whether it may pass by itself, so that the same request can succeed later. */
	isTemporary?: boolean;
	/** How long the server asks to wait before the next request, in milliseconds. */
	retryAfterMs?: number;
}

const UNKNOWN_ADVICE =
	'Wolkvox may have applied the update anyway, so the node does not send it again by itself. Check the case first: Retry in the list of executions sends it again.';

/** Why a request was not confirmed. What follows from that (advice, repetition) depends on its outcome alone. */
export class RequestFailure extends UserError {
	readonly httpCode?: string;

	readonly retryAfterMs?: number;

	/** Whether sending the same request again is safe and may help. */
	readonly canRepeat: boolean;

	constructor(
		readonly outcome: Outcome,
		message: string,
		{ advice, httpCode, isTemporary = false, retryAfterMs }: FailureDetails = {},
	) {
		super(message, {
			description: [outcome === 'unknown' ? UNKNOWN_ADVICE : '', advice].filter(Boolean).join(' '),
		});
		this.httpCode = httpCode;
		this.retryAfterMs = retryAfterMs;
		this.canRepeat = isTemporary && outcome !== 'unknown';
	}
}
