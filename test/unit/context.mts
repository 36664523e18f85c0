import 'reflect-metadata';

import { ExecuteSingleContext } from 'n8n-core';
import type {
	IDataObject,
	IExecutePaginationFunctions,
	INodeExecutionData,
	INodeTypes,
	IWorkflowSettings,
} from 'n8n-workflow';
import { createRunExecutionData, Workflow } from 'n8n-workflow';

import { WolkvoxCrm } from '../../nodes/WolkvoxCrm/WolkvoxCrm.node';

const NODE_TYPE = 'n8n-nodes-wolkvox.wolkvoxCrm';

interface Settings {
	/** The item for which expressions are evaluated. */
	item?: INodeExecutionData;
	isTool?: boolean;
	binaryMode?: IWorkflowSettings['binaryMode'];
}

/** n8n's own context of a node with these parameters, without a workflow around it. */
export function contextFor(
	parameters: IDataObject,
	{ item = { json: {} }, isTool = false, binaryMode }: Settings = {},
): IExecutePaginationFunctions {
	const type = new WolkvoxCrm();
	const nodeTypes: INodeTypes = {
		getByName: () => type,
		getByNameAndVersion: () => type,
		getKnownTypes: () => ({}),
	};
	const workflow = new Workflow({
		id: 'w1',
		name: 'Test',
		active: false,
		nodeTypes,
		settings: { binaryMode },
		connections: {},
		nodes: [
			{
				id: '1',
				name: 'Wolkvox CRM',
				type: isTool ? `${NODE_TYPE}Tool` : NODE_TYPE,
				typeVersion: 1,
				position: [0, 0],
				parameters: parameters as never,
			},
		],
	});
	const node = workflow.nodes['Wolkvox CRM'];
	const data = { main: [[item]] };
	return new ExecuteSingleContext(
		workflow,
		node,
		{
			webhookWaitingBaseUrl: 'http://localhost/',
			formWaitingBaseUrl: 'http://localhost/',
		} as never,
		'manual',
		createRunExecutionData({}),
		0,
		[item],
		data,
		0,
		{ node, data, source: null },
	) as unknown as IExecutePaginationFunctions;
}
