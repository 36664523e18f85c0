import ts from 'typescript';

/** Texts that no rule below tells from a message: labels, and parts of messages and advice. */
const NOT_MESSAGES = [
	'a web page',
	'an empty body',
	'the server does not speak HTTPS',
	'more than a day',
	'A proxy on the way',
	'The proxy …',
	'The proxy … or …',
	'Proxy connection ended before receiving CONNECT response',
	'before secure TLS connection was established',
	'Attachment Part Name',
	'CRM Operation Name',
	'Custom Fields (JSON)',
	'0 records were are found',
	'There are no values in the specified page',
	"'Name' in …",
	'Its response begins: …',
	'The file no longer has … bytes',
	'… [item …]',
	'… … …',
	'a file of an earlier execution',
	'wrong version number',
	'Item … was updated in part (attached: …)',
];

/** Properties that hold what the editor shows, or advice beside a message. */
const NOT_A_MESSAGE = /^(name|displayName|description|hint|placeholder|action|value|\w+Advice)$/;

/**
 * The error messages in TypeScript, whatever functions they are passed to: each string of three words or
 * more that is not an expression of n8n, a sentence with a full stop (which is advice), the value of
 * a property above, or an argument after a message (which is advice too). A `…` stands for what the
 * code fills in.
 */
export function messagesIn(code: string): string[] {
	const source = ts.createSourceFile('', code, ts.ScriptTarget.Latest, true);
	const nodesBelow = (node: ts.Node): ts.Node[] => [
		node,
		...node.getChildren().flatMap(nodesBelow),
	];
	const nodes = nodesBelow(source);

	const textOf = (node: ts.Node) => {
		if (ts.isStringLiteralLike(node)) return node.text;
		if (!ts.isTemplateExpression(node)) return '';
		return node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join('');
	};
	const readsAsMessage = (text: string) =>
		/(\S+ ){2}\S/.test(text) &&
		/[a-z] /.test(text) &&
		!/^=|\.…?$/.test(text) &&
		!NOT_MESSAGES.includes(text.trim());

	/** Where a value goes, seen from the expression that it is part of; a constant goes where it is used. */
	const isAdvice = (node: ts.Node, constants: string[] = []): boolean => {
		const { parent } = node;
		if (ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent))
			return NOT_A_MESSAGE.test(parent.name.getText());
		if (ts.isVariableDeclaration(parent)) {
			const name = parent.name.getText();
			const uses = nodes.filter(
				(each) => each.getText() === name && ts.isIdentifier(each) && each.parent !== parent,
			);
			return (
				!constants.includes(name) &&
				uses.length > 0 &&
				uses.every((use) => isAdvice(use, [...constants, name]))
			);
		}
		if (ts.isCallExpression(parent) || ts.isNewExpression(parent)) {
			const index = parent.arguments?.indexOf(node as ts.Expression) ?? 0;
			const before = parent.arguments?.slice(0, Math.max(index, 0)) ?? [];
			return before.flatMap(nodesBelow).some((each) => readsAsMessage(textOf(each)));
		}
		return (ts.isExpression(parent) || ts.isTemplateSpan(parent)) && isAdvice(parent, constants);
	};
	return nodes.filter((node) => readsAsMessage(textOf(node)) && !isAdvice(node)).map(textOf);
}
