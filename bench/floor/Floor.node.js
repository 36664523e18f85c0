// The least that a declarative node with these parameters can do: the fields by n8n's own routing, and
// the form made of them. What it costs is n8n's share of an item.
const { WolkvoxCrm } = require('../../dist/nodes/WolkvoxCrm/WolkvoxCrm.node.js');

const routes = {
	caseId: { send: { type: 'body', property: 'wolkvox-id' } },
	status: { send: { type: 'body', property: 'status' } },
};

function withRoute(property) {
	return {
		...property,
		...(routes[property.name] && { routing: routes[property.name] }),
		...(property.type === 'collection' && { options: property.options.map(withRoute) }),
	};
}

async function toForm(options) {
	const form = new FormData();
	form.append('operation', 'demo');
	for (const [name, value] of Object.entries(options.body)) form.append(name, value);
	return { ...options, body: form };
}

class Floor {
	description = {
		...new WolkvoxCrm().description,
		displayName: 'Floor',
		name: 'floor',
		icon: undefined,
		requestDefaults: {
			...new WolkvoxCrm().description.requestDefaults,
			baseURL: '={{ $credentials.customServer }}',
		},
		properties: new WolkvoxCrm().description.properties.map((property) =>
			property.name === 'operation'
				? {
						...property,
						options: property.options.map(({ routing, ...option }) => ({
							...option,
							routing: { request: routing.request, send: { preSend: [toForm] } },
						})),
					}
				: withRoute(property),
		),
	};
}

module.exports = { Floor };
