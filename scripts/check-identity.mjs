// Stops a release that nobody could trace: placeholders in package.json, or a tag of a different version.
import { readFileSync } from 'node:fs';

const [tag] = process.argv.slice(2);
const { version, author, homepage, repository } = JSON.parse(
	readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
);

/** These feed the links of the editor. */
const PUBLISHED = [
	'nodes/WolkvoxCrm/WolkvoxCrm.node.json',
	'credentials/WolkvoxCrmApi.credentials.ts',
];

const problems = Object.entries({ author, homepage, repository })
	.filter(([, value]) => !value || JSON.stringify(value).includes('.invalid'))
	.map(([field]) => `${field} in package.json is missing or a placeholder (.invalid)`);
if (!/^git\+https:\/\/github\.com\/[\w.-]+\/[\w.-]+\.git$/.test(repository?.url)) {
	problems.push('repository.url in package.json is not git+https://github.com/OWNER/REPO.git');
}
for (const file of PUBLISHED) {
	const text = readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
	if (text.includes('.invalid')) problems.push(`${file} has a placeholder (.invalid)`);
}
if (tag && tag !== `v${version}`)
	problems.push(`The tag ${tag} differs from v${version} in package.json`);

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
console.log(`${version} by ${author.name ?? author}, ${homepage}`);
