/** The names that HTML has for the characters of ASCII, as PHP writes them (`htmlentities` with `ENT_HTML5`). */
const NAMES: Record<string, string> = {
	'!': 'excl',
	'"': 'quot',
	'#': 'num',
	$: 'dollar',
	'%': 'percnt',
	'&': 'amp',
	"'": 'apos',
	'(': 'lpar',
	')': 'rpar',
	'*': 'ast',
	'+': 'plus',
	',': 'comma',
	'.': 'period',
	'/': 'sol',
	':': 'colon',
	';': 'semi',
	'<': 'lt',
	'=': 'equals',
	'>': 'gt',
	'?': 'quest',
	'@': 'commat',
	'[': 'lbrack',
	'\\': 'bsol',
	']': 'rsqb',
	'^': 'Hat',
	_: 'lowbar',
	'`': 'grave',
	'{': 'lbrace',
	'|': 'vert',
	'}': 'rcub',
	'\u00a0': 'nbsp',
};

const CHARACTERS = new Map(Object.entries(NAMES).map(([character, name]) => [name, character]));

/** A pattern for a character as an entity, by its number or its name. */
export function entityPattern(character: string): string {
	const code = character.charCodeAt(0);
	const name = character in NAMES ? `|${NAMES[character]}` : '';
	return `&(?:#0*${code}|#x0*${code.toString(16)}${name});`;
}

/** The text with its entities as characters; like a browser, without minding a missing semicolon after a number. */
export function decodeEntities(text: string): string {
	return text.replace(
		/&(?:#(\d{1,7})|#x([\da-f]{1,6}));?|&(\w+);/gi,
		(entity, decimal?: string, hex?: string, name?: string) => {
			if (name !== undefined) return CHARACTERS.get(name) ?? entity;
			const code = decimal === undefined ? parseInt(hex!, 16) : Number(decimal);
			return code > 0x10ffff ? entity : String.fromCodePoint(code);
		},
	);
}
