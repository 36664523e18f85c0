import type { ICredentialDataDecryptedObject, IDataObject, INode } from 'n8n-workflow';

import type { RunResult, RunSettings, TestItem } from './engine.mts';
import { runNode } from './engine.mts';
import { isSince } from './version.mts';

export const TOKEN = 'b1946ac92492d2347c6235b4d2611184';

export const CASE_ID = '647f6ff1660dff48d803ffe6';

export function credentialFor(url: string): ICredentialDataDecryptedObject {
	return {
		server: 'custom',
		customServer: url,
		operation: 'demo',
		token: TOKEN,
		// Before 2.41 the credential's own server must be in the list too.
		allowedHttpRequestDomains: isSince('2.41') ? 'domains' : 'all',
		allowedDomains: '*.wolkvox.com',
	};
}

export function byId(value: unknown): IDataObject {
	return { __rl: true, mode: 'id', value } as IDataObject;
}

/** Items 0, 1, 2 … with `n` in their JSON. */
export function numbered(count: number): TestItem[] {
	return Array.from({ length: count }, (_, n) => ({ json: { n } }));
}

/** An update of each item's case by its number, unless a test says otherwise. */
export async function update(
	url: string,
	{
		updateFields = { status: 'open' },
		caseId = byId('={{ "case" + $json.n }}'),
		options = {},
		requestOptions = {},
		items = numbered(1),
		node = {},
		...rest
	}: {
		updateFields?: IDataObject;
		caseId?: unknown;
		options?: IDataObject;
		requestOptions?: IDataObject;
		items?: TestItem[];
		node?: Partial<INode>;
	} & Partial<RunSettings> = {},
): Promise<RunResult> {
	return await runNode({
		items,
		node,
		credential: credentialFor(url),
		parameters: { caseId, updateFields, options, requestOptions } as IDataObject,
		...rest,
	});
}
