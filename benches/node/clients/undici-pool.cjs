'use strict';

const { Pool } = require('undici');
const { BODY, HEADERS, PATH, TIMEOUT } = require('../service.cjs');

exports.open = ({ origin, concurrency }) => {
  const pool = new Pool(origin, { connections: concurrency, headersTimeout: TIMEOUT, bodyTimeout: TIMEOUT });
  return {
    async fetchToken() {
      const options = { path: PATH, method: 'POST', headers: HEADERS, body: JSON.stringify(BODY) };
      const { statusCode, body } = await pool.request(options);
      if (statusCode !== 200) throw new Error(`status ${statusCode}`);
      return (await body.json()).token.accessToken;
    },
    close: () => pool.close(),
  };
};
