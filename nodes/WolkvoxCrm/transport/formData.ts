/** How the files of a case are sent (the node's options of the same names). */
export interface FileOptions {
	attachmentField: 'file' | 'files';
	multipleFiles: 'onePerRequest' | 'together';
}

/**
 * Distributes files over request bodies.
 *
 * The server is PHP, which keeps only the last of several parts with the same plain name. So several
 * files go in one request per file with the same fields, or together under a name with brackets.
 *
 * @param fields names and values of the text parts, in order; `operation` comes before them, and gets
 * its value when the request is completed
 */
export function buildFormData<Attachment extends { file: File }>(
	fields: Array<[string, string]>,
	files: Attachment[],
	{ attachmentField, multipleFiles }: FileOptions,
): Array<{ body: FormData; files: Attachment[] }> {
	const isTogether = multipleFiles === 'together' && files.length > 1;
	const partName = isTogether ? `${attachmentField}[]` : attachmentField;
	const groups = isTogether || files.length === 0 ? [files] : files.map((file) => [file]);

	return groups.map((group) => {
		const body = new FormData();
		body.append('operation', '');
		for (const [name, value] of fields) body.append(name, value);
		for (const { file } of group) body.append(partName, file);
		return { body, files: group };
	});
}
