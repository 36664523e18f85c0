/** What comes along when a text is copied from a chat, a document or a web page. */
export const UNSEEN = [
	...['\u00ad', '\u061c', '\u200b', '\u200c', '\u200d', '\u200e', '\u200f'],
	...['\u202a', '\u202b', '\u202c', '\u202d', '\u202e', '\u2060'],
	...['\u2066', '\u2067', '\u2068', '\u2069', '\ufe0f', '\ufeff'],
].map((character) => ({ character, code: character.charCodeAt(0).toString(16) }));

/** A text with the character around it and inside. */
export const spoil = (text: string, character: string) =>
	`${character} ${text.slice(0, 3)}${character}${text.slice(3)}${character}\n`;
