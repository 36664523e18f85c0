import type { DeclarativeRestApiSettings, IExecutePaginationFunctions } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { StreamedFile } from './file';
import type { Failure, Reply, Result } from './reply';
import { readNetworkError, readReply, withoutToken } from './reply';

/** Wolkvox may ask for a pause of this many milliseconds; a longer one is the user's to decide. */
const LONGEST_WAIT = 30_000;

/** The first pause, in milliseconds, where Wolkvox names none; each further one is twice as long. */
const FIRST_WAIT = 1_000;

interface Post {
	form: FormData;
	files: File[];
	/** The id of the case, for answers that leave it out. */
	caseId: string;
	token: string;
	maxRetries: number;
	isOver(): boolean;
}

/**
 * Sends one request and reads what comes back. It is sent again only where Wolkvox surely did not
 * take it, and n8n's own repetition on a 401 is off, as each call counts (`ignoreHttpStatusErrors`).
 *
 * @param request n8n's request, complete but for the body
 * @returns the answer or the failure, without the token
 */
export async function post(
	context: IExecutePaginationFunctions,
	request: DeclarativeRestApiSettings.ResultOptions,
	what: Post,
): Promise<Result> {
	for (let attempt = 0; ; attempt++) {
		const result = withoutToken(await postOnce(context, request, what), what.token);
		if (!result.failure?.again) return result;

		const wait = result.failure.again.afterMs ?? FIRST_WAIT * 2 ** attempt;
		if (wait > LONGEST_WAIT) return { failure: naming(wait, result.failure) };
		if (attempt >= what.maxRetries) return result;

		await pause(wait, context.getExecutionCancelSignal());
		if (what.isOver()) return result;
	}
}

async function postOnce(
	context: IExecutePaginationFunctions,
	request: DeclarativeRestApiSettings.ResultOptions,
	{ form, files, caseId }: Post,
): Promise<Result> {
	const { baseURL, timeout, proxy } = request.options;
	const { host } = new URL(baseURL!);
	try {
		const options = { ...request.options, body: form };
		const [{ json }] = await context.makeRoutingRequest({ ...request, options });
		return readReply(json as unknown as Reply, caseId, host);
	} catch (error) {
		const unreadable = files.find((file) => file instanceof StreamedFile && file.fault);
		return {
			failure: unreadable
				? {
						message: `Attachments: "${unreadable.name}" could not be read to its end`,
						unsure: true,
					}
				: readNetworkError(error, host, timeout!, proxy?.host),
		};
	} finally {
		for (const file of files) if (file instanceof StreamedFile) file.close();
	}
}

function naming(wait: number, failure: Failure): Failure {
	const seconds = Math.ceil(wait / 1000);
	const message = failure.message.replace(/\.$/, '');
	return { ...failure, message: `${message}. Wolkvox asks to wait ${seconds} seconds` };
}

/** Older versions of n8n have a `sleep` that takes no signal. */
async function pause(milliseconds: number, cancelled?: AbortSignal): Promise<void> {
	if (cancelled?.aborted) return;
	const cancellation = new Promise<void>((resolve) =>
		cancelled?.addEventListener('abort', () => resolve(), { once: true }),
	);
	await Promise.race([sleep(milliseconds), cancellation]);
}
