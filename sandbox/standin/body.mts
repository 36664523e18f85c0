import type { IncomingMessage } from 'node:http';
import { isForm, readForm, type Form } from './form.mts';

export type Json = Record<string, unknown>;

/** The body of a request: a form, or JSON if its Content-Type says so. */
export interface Body extends Form {
	json?: Json;
}

/** Reads the whole body whatever it is, as PHP does before it starts a script. */
export async function readBody(request: IncomingMessage): Promise<Body> {
	const contentType = request.headers['content-type'];
	if (isForm(contentType)) return await readForm(request);
	const text = await readText(request);
	return { fields: {}, files: [], json: isJson(contentType) ? parseObject(text) : undefined };
}

async function readText(request: IncomingMessage) {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString();
}

function isJson(contentType = '') {
	return /^application\/json\b/i.test(contentType);
}

/** The JSON object in a text; undefined if there is none. */
export function parseObject(text: string): Json | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return isObject(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

export function isObject(value: unknown): value is Json {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}
