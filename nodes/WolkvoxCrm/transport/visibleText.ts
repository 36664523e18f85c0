/**
 * A text that was pasted, without the white space around it and the characters that nobody sees, such as
 * those of zero width and the marks of direction (Unicode, Default_Ignorable_Code_Point).
 *
 * The credential test is made from the source of this function: it must not use anything from outside.
 */
export function toVisibleText(value: unknown): string {
	return String(value ?? '')
		.replace(/\p{Default_Ignorable_Code_Point}/gu, '')
		.trim();
}
