import { createHash, randomBytes } from 'node:crypto';

/** One update of one case: each has a case and a file of its own. */
export interface Update {
	caseId: string;
	bytes: Buffer<ArrayBuffer>;
	sha256: string;
}

/** What the caller of the webhook learns. */
export interface Answer {
	update: Update;
	/** None when the connection broke. */
	status?: number;
	text: string;
	at: number;
}

/** Updates with files of 2 to 34 KB, no two alike. */
export function makeUpdates(count: number): Update[] {
	return Array.from({ length: count }, (_, index) => {
		const bytes = randomBytes(2048 + ((index * 631) % 32768));
		const sha256 = createHash('sha256').update(bytes).digest('hex');
		return { caseId: index.toString(16).padStart(24, '0'), bytes, sha256 };
	});
}

/** Sends the updates to the webhook, `atOnce` at the same time; gives what the callers learnt. */
export async function push(url: string, updates: Update[], atOnce: number): Promise<Answer[]> {
	const waiting = [...updates];
	const answers: Answer[] = [];
	const caller = async () => {
		for (let next = waiting.shift(); next; next = waiting.shift()) {
			answers.push(await send(url, next));
		}
	};
	await Promise.all(Array.from({ length: atOnce }, caller));
	return answers;
}

async function send(url: string, update: Update): Promise<Answer> {
	const form = new FormData();
	form.append('caseId', update.caseId);
	form.append('report', new File([update.bytes], `${update.caseId}.bin`));
	try {
		const reply = await fetch(url, { method: 'POST', body: form });
		return { update, status: reply.status, text: await reply.text(), at: Date.now() };
	} catch (error) {
		return { update, text: String(error), at: Date.now() };
	}
}
