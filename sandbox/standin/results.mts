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
	body: Record<string, unknown>;
}

export function success(code: number | string, msg: string, data: unknown): Result {
	return { status: 200, body: { code, error: 'null', msg, data } };
}

/** One page of what a query found, counted from 1; `code` is text there. */
export function found(records: unknown[], pageSize: number, page: unknown = 1): Result {
	const number = Number(page);
	if (!isCount(number)) return notCount('page');
	const data = records.slice((number - 1) * pageSize, number * pageSize);
	const isBeyondEnd = number > 1 && data.length === 0;
	const msg = isBeyondEnd
		? 'There are no values in the specified page'
		: `${records.length} records were are found`;
	const { status, body } = success('200', msg, data);
	return { status, body: { ...body, 'Total records': records.length } };
}

export function refusal(code: number, msg: string): Result {
	return { status: code, body: { code, error: REASONS[code], msg, data: {} } };
}

export function missing(parameter: string): Result {
	return refusal(400, `The parameter ${parameter} is required`);
}

/** Whether a number can be that of a page, or of records. */
export function isCount(value: number) {
	return Number.isInteger(value) && value >= 1;
}

export function notCount(parameter: string): Result {
	return refusal(400, `The parameter ${parameter} must be a whole number from 1`);
}
