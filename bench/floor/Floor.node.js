// The least that a declarative node with these parameters can do: n8n's own routing sends the fields, as a
// form. What it costs is n8n's share of an item.
const { WolkvoxCrm } = require(
	`${process.env.BENCH_PACKAGE}/dist/nodes/WolkvoxCrm/WolkvoxCrm.node.js`,
);

const { description } = new WolkvoxCrm();
const routes = {
	caseId: { send: { type: 'body', property: 'wolkvox-id' } },
	status: { send: { type: 'body', property: 'status' } },
};

function withRoute(property) {
	if (property.name === 'operation')
		return { ...property, options: property.options.map(withFormRoute) };
	return {
		...property,
		...(routes[property.name] && { routing: routes[property.name] }),
		...(property.name === 'updateFields' && { options: property.options.map(withRoute) }),
	};
}

function withFormRoute({ routing, ...operation }) {
	return { ...operation, routing: { request: routing.request, send: { preSend: [toForm] } } };
}

async function toForm(options) {
	const form = new FormData();
	form.append('operation', 'demo');
	for (const [name, value] of Object.entries(options.body)) form.append(name, value);
	return { ...options, body: form };
}

class Floor {
	description = {
		...description,
		displayName: 'Floor',
		name: 'floor',
		icon: undefined,
		requestDefaults: { ...description.requestDefaults, baseURL: process.env.BENCH_SERVER },
		properties: description.properties.map(withRoute),
	};
}

module.exports = { Floor };
