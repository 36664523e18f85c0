const { WolkvoxCrmApi } = require('./dist/credentials/WolkvoxCrmApi.credentials.js');
const { WolkvoxCrm } = require('./dist/nodes/WolkvoxCrm/WolkvoxCrm.node.js');

module.exports = { WolkvoxCrm, WolkvoxCrmApi };
