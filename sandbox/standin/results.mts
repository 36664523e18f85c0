const REASONS: Record<number, string> = {
	400: 'BAD REQUEST',
	401: 'UNAUTHORIZED',
	403: 'FORBIDDEN',
	404: 'NOT FOUND',
	405: 'METHOD NOT ALLOWED',
	412: 'PRECONDITION FAILED',
};

/** What an endpoint responds with. */
export interface Result {
	status: number;
	body: unknown;
}

export function success(code: number | string, msg: string, data: unknown): Result {
	return { status: 200, body: { code, error: 'null', msg, data } };
}

/** The result of a query; `code` is text there. */
export function found(records: unknown[]): Result {
	return success('200', `${records.length} records were are found`, records);
}

export function refusal(code: number, msg: string): Result {
	return { status: code, body: { code, error: REASONS[code], msg, data: {} } };
}

export function missing(parameter: string): Result {
	return refusal(400, `The parameter ${parameter} is required`);
}
