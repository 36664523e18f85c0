import { setTimeout as sleep } from 'node:timers/promises';

import type { ICredentialDataDecryptedObject, IDataObject, INodeExecutionData } from 'n8n-workflow';

import type { RunResult, RunSettings, TestFile, TestItem } from './engine.mts';
import { NODE_TYPE, runNode } from './engine.mts';
import { UPDATE_CASE, type Operation } from './operations.mts';

export const TOKEN = 'b1946ac92492d2347c6235b4d2611184';

export const CASE_ID = '647f6ff1660dff48d803ffe6';

/** The copy of the node that n8n gives to AI agents. */
export const TOOL = { type: `${NODE_TYPE}Tool` };

export const RETRY_ON_FAIL = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

export const TWO_TRIES = { ...RETRY_ON_FAIL, maxTries: 2 };

export const CONTINUE = { onError: 'continueErrorOutput' } as const;

/** An expression that fails for one item, whatever data the item has. */
export const failingExpression = (item: number) =>
	`={{ $json.n === ${item} ? $('nowhere').item : 'open' }}`;

export function credentialFor(url: string): ICredentialDataDecryptedObject {
	return {
		server: 'custom',
		customServer: url,
		operation: 'demo',
		token: TOKEN,
		allowedHttpRequestDomains: 'domains',
		allowedDomains: '*.wolkvox.com',
	};
}

export function textFile(name: string, contents = 'x'): TestFile {
	return { name, type: 'text/plain', contents: Buffer.from(contents) };
}

/** Items 0, 1, 2 … with `n` in their JSON. */
export function numbered(count: number, files?: Record<string, TestFile>): TestItem[] {
	return Array.from({ length: count }, (_, n) => ({ json: { n }, ...(files && { files }) }));
}

/** The numbers of the input items that these output items are paired with. */
export function pairedItems(output: INodeExecutionData[]): number[] {
	return output.map(({ pairedItem }) => {
		expect(pairedItem).toEqual({ item: expect.any(Number) });
		return (pairedItem as { item: number }).item;
	});
}

interface Settings extends Partial<RunSettings> {
	/** Added to the parameters of the operation. */
	parameters?: IDataObject;
	options?: IDataObject;
	requestOptions?: IDataObject;
}

/**
 * Runs an operation for one item unless a test says otherwise.
 *
 * @param operation or its parameters
 */
export async function execute(
	{ url }: { url: string },
	operation: Operation | IDataObject,
	{
		items = numbered(1),
		parameters = {},
		options = {},
		requestOptions = {},
		...rest
	}: Settings = {},
): Promise<RunResult> {
	const given = ('parameters' in operation ? operation.parameters : operation) as IDataObject;
	return await runNode({
		items,
		credential: credentialFor(url),
		parameters: {
			...given,
			options: { ...(given.options as IDataObject), ...options },
			requestOptions,
			...parameters,
		},
		...rest,
	});
}

interface UpdateSettings extends Settings {
	caseId?: unknown;
	updateFields?: IDataObject;
}

/** Case: Update, of the cases `item0`, `item1` … unless a test says otherwise. */
export async function update(
	server: { url: string },
	{
		caseId = UPDATE_CASE.parameters.caseId,
		updateFields = UPDATE_CASE.parameters.updateFields as IDataObject,
		...settings
	}: UpdateSettings = {},
): Promise<RunResult> {
	const parameters = { caseId, updateFields, ...settings.parameters } as IDataObject;
	return await execute(server, UPDATE_CASE, { ...settings, parameters });
}

/** Expects that a run was refused before anything was sent, and returns the advice. */
export function expectRefusal(
	{ requests }: { requests: unknown[] },
	{ error }: RunResult,
	message: string | RegExp,
	item = 0,
): string | undefined {
	expect(error).toMatchObject({
		message:
			typeof message === 'string' ? `${message} [item ${item}]` : expect.stringMatching(message),
		context: { itemIndex: item },
	});
	expect(requests).toHaveLength(0);
	return error!.description;
}

/** The result of a run that ends before a wait that begins now is over. */
export async function endsBefore(seconds: number, run: Promise<RunResult>): Promise<RunResult> {
	const result = await Promise.race([run, sleep(seconds * 1000)]);
	if (!result) throw new Error(`The run takes longer than ${seconds} seconds`);
	return result;
}
