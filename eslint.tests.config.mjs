// For what n8n's rules do not read: every `.mts`, and what runs before anything is compiled. n8n's strict
// mode allows no change to eslint.config.mjs, so this is a file of its own; `npm run lint:tests` uses it.
import eslint from '@eslint/js';
import globals from 'globals';
import tseslint from 'typescript-eslint';

export default tseslint.config(
	{ ignores: ['**/*.{ts,js,cjs}', 'dist/', '.sandbox/', 'tools/n8n/'] },
	{ linterOptions: { reportUnusedDisableDirectives: 'error' } },
	eslint.configs.recommended,
	tseslint.configs.recommended,
	{
		rules: {
			'no-unused-vars': 'off',
			'@typescript-eslint/no-unused-vars': [
				'error',
				{ argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
			],
		},
	},
	{ files: ['**/*.mjs'], languageOptions: { globals: globals.nodeBuiltin } },
	{
		files: ['**/*.mts'],
		languageOptions: { parserOptions: { project: 'tsconfig.test.json' } },
		// What a test that forgets to wait would hide.
		rules: {
			'@typescript-eslint/await-thenable': 'error',
			'@typescript-eslint/no-floating-promises': 'error',
			'@typescript-eslint/no-misused-promises': 'error',
			'@typescript-eslint/no-unnecessary-type-assertion': 'error',
			'@typescript-eslint/return-await': ['error', 'always'],
		},
	},
);
