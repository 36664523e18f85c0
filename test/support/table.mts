/** Markdown of a table; a bar in a cell would end it. */
export function table(head: string[], rows: unknown[][]): string {
	const line = (cells: unknown[]) =>
		`| ${cells.map((cell) => String(cell).replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`;
	return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
