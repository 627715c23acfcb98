'use strict';

const { Agent, request } = require('undici');
const { BODY, HEADERS, PATH, TIMEOUT } = require('../service.cjs');

exports.open = ({ origin, concurrency }) => {
  const dispatcher = new Agent({ connections: concurrency, headersTimeout: TIMEOUT, bodyTimeout: TIMEOUT });
  return {
    async fetchToken() {
      const options = { dispatcher, method: 'POST', headers: HEADERS, body: JSON.stringify(BODY) };
      const { statusCode, body } = await request(origin + PATH, options);
      if (statusCode !== 200) throw new Error(`status ${statusCode}`);
      return (await body.json()).token.accessToken;
    },
    close: () => dispatcher.close(),
  };
};
