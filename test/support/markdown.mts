/** Markdown of a table; a bar in a cell would end it. */
export function table(head: string[], rows: unknown[][]): string {
	const line = (cells: unknown[]) =>
		`| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`;
	return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** The document with new text between the marks `<!-- name -->` and `<!-- /name -->`. */
export function between(document: string, name: string, text: string): string {
	const marks = new RegExp(`(<!-- ${name} -->)[^]*(<!-- /${name} -->)`);
	return document.replace(marks, (_, begin, end) => `${begin}\n\n${text}\n\n${end}`);
}
