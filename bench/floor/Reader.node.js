// Reads the file of each item to its end and sends nothing: how fast n8n's own binary data can be read.
class Reader {
	description = {
		displayName: 'Reader',
		name: 'reader',
		group: ['input'],
		version: 1,
		description: 'Reads binary data',
		defaults: { name: 'Reader' },
		inputs: ['main'],
		outputs: ['main'],
		properties: [],
	};

	async execute() {
		const output = [];
		for (const { binary } of this.getInputData()) {
			let bytes = 0;
			const stream = await this.helpers.getBinaryStream(binary.data.id);
			for await (const chunk of stream) bytes += chunk.length;
			if (bytes !== binary.data.bytes)
				throw new Error(`Read ${bytes} of ${binary.data.bytes} bytes`);
			output.push({ json: { bytes } });
		}
		return [output];
	}
}

module.exports = { Reader };
