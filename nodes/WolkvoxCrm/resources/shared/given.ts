import type { IExecutePaginationFunctions } from 'n8n-workflow';

import { isTool } from '../../isTool';
import type { Field } from './values';
import { isPlainObject, locatorValue } from './values';

type NodeContext = Pick<IExecutePaginationFunctions, 'getNode'>;

/** What models write for nothing. */
const EMPTY_WORDS = /^\s*(?:null|undefined)\s*$/i;

/** The value that a parameter was given, out of its resource locator; empty text for a model's word for nothing. */
export function toGiven(context: NodeContext, parameter: unknown): unknown {
	const value = locatorValue(parameter);
	const isEmptyWord = typeof value === 'string' && EMPTY_WORDS.test(value);
	return isEmptyWord && isTool(context.getNode()) ? '' : value;
}

/**
 * The expression of a parameter as it stands in the node, or in one of its collections; nothing if the
 * parameter has none. n8n copies the whole node for this, so ask only if something is wrong.
 */
export function getExpression(context: NodeContext, { name }: Field): string | undefined {
	const { parameters } = context.getNode();
	const places: unknown[] = [parameters, ...Object.values(parameters)];
	const raw = places
		.filter(isPlainObject)
		.map((place) => locatorValue(place[name]))
		.find((value) => value !== undefined);
	return typeof raw === 'string' && raw.startsWith('=') ? raw.slice(1).trim() : undefined;
}
