/** The expression that picks a value and does nothing else, such as `$json.status` of `{{ $json.status }}`. */
export function toPath(expression = ''): string | undefined {
	return /^\{\{\s*(\$(?!fromAI)\w*(?:\.[\p{L}\p{N}_$]+|\(\)|[([](?:"[^"]*"|'[^']*'|\d+)[)\]])*)\s*\}\}$/u.exec(
		expression,
	)?.[1];
}

/** What picks a key of an object in an expression: `.name`, or `["other name"]`. */
export function toAccess(key: string): string {
	return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/** The keys that hold what people call a thing, in most programs. */
const USUAL_KEYS = ['name', 'value', 'label', 'title', 'text'];

const MAX_SHOWN_KEYS = 10;

/**
 * What to do about an object or a list where a text is needed.
 *
 * @param expression the one that returned it, if there is one
 */
export function adviceForObject(value: unknown, expression?: string): string {
	const fields = Object.entries(Array.isArray(value) ? {} : (value as object));
	const texts = fields.filter(([, each]) => ['string', 'number', 'boolean'].includes(typeof each));
	const keys = texts.map(([key]) => key);
	const key = USUAL_KEYS.find((usual) => keys.includes(usual)) ?? keys[0];
	if (key === undefined) return 'Use an expression that picks one value, e.g. {{ $json.name }}.';

	const path = toPath(expression);
	const shown = fields.slice(0, MAX_SHOWN_KEYS).map(([each]) => each);
	return `The object has: ${shown.join(', ')}. Drag '${key}' below it instead${path ? `: {{ ${path}${toAccess(key)} }}` : ''}.`;
}
