// The package's own node with nothing but Case: Update in its description: what the other operations add to
// its time per item is the difference.
const { WolkvoxCrm } = require(
	`${process.env.BENCH_PACKAGE}/dist/nodes/WolkvoxCrm/WolkvoxCrm.node.js`,
);

const { description } = new WolkvoxCrm();
const NAMES = ['resource', 'operation', 'caseId', 'updateFields', 'options'];

function isOfUpdate({ name, displayOptions }) {
	const { resource = ['case'] } = displayOptions?.show ?? {};
	return NAMES.includes(name) && resource.includes('case');
}

function onlyUpdate(property) {
	const wanted = { resource: 'case', operation: 'update' }[property.name];
	if (!wanted) return property;
	return { ...property, options: property.options.filter(({ value }) => value === wanted) };
}

class UpdateOnly {
	description = {
		...description,
		displayName: 'Update Only',
		name: 'updateOnly',
		icon: undefined,
		properties: description.properties.filter(isOfUpdate).map(onlyUpdate),
	};
}

module.exports = { UpdateOnly };
