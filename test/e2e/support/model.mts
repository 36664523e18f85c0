import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';

import { listen } from '../../../tools/ports.mts';

/** What the model does next: it calls a tool (the only one, if none is named), or says something. */
type Act = { call: Record<string, string>; tool?: string } | { say: string };

/** What is used here of a request as OpenAI's clients send it. */
interface ChatRequest {
	model: string;
	tools: Array<{
		function: { name: string; description: string; parameters: { properties: object } };
	}>;
	messages: Array<{ content: string }>;
}

export interface Model {
	url: string;
	requests: ChatRequest[];
	script: Act[];
	close(): Promise<void>;
}

/** A server that speaks like OpenAI's chat completions, and follows a script. */
export async function startModel(): Promise<Model> {
	const respond = async (request: IncomingMessage, response: ServerResponse) => {
		const received = (await json(request)) as ChatRequest;
		model.requests.push(received);
		const result = completion(received, model.script.shift() ?? { say: 'The script has ended.' });
		response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(result));
	};
	const server = createServer((request, response) => {
		respond(request, response).catch(() => response.destroy());
	});
	const model: Model = {
		url: `http://127.0.0.1:${await listen(server)}/v1`,
		requests: [],
		script: [],
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
	return model;
}

function completion({ model, tools }: ChatRequest, act: Act) {
	const calls = 'call' in act && [
		{
			id: 'call_1',
			type: 'function',
			function: {
				name: act.tool ?? tools[0].function.name,
				arguments: JSON.stringify(act.call),
			},
		},
	];
	const message = {
		role: 'assistant',
		content: 'say' in act ? act.say : null,
		...(calls && { tool_calls: calls }),
	};
	return {
		id: 'scripted',
		object: 'chat.completion',
		created: 0,
		model,
		choices: [{ index: 0, message, finish_reason: calls ? 'tool_calls' : 'stop' }],
		usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
	};
}
