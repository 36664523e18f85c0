/** How the files of an update travel (the node's options of the same names). */
export interface FileOptions {
	attachmentField: string;
	multipleFiles: string;
}

/**
 * Builds the request bodies of one update.
 *
 * The server is PHP, which keeps the last of several parts with the same plain name: several files
 * go in one request each with the same fields, or together under a name in brackets.
 *
 * @param fields names and values of the text parts, in order
 * @returns one form a request, with the files that it carries
 */
export function buildForms(
	fields: Array<[string, string]>,
	files: File[],
	{ attachmentField, multipleFiles }: FileOptions,
): Array<{ form: FormData; files: File[] }> {
	const together = multipleFiles === 'together' && files.length > 1;
	const partName = together ? `${attachmentField}[]` : attachmentField;
	const batches = together || files.length === 0 ? [files] : files.map((file) => [file]);

	return batches.map((batch) => {
		const form = new FormData();
		for (const [name, value] of fields) form.append(name, value);
		for (const file of batch) form.append(partName, file);
		return { form, files: batch };
	});
}
