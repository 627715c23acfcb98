'use strict';

const { BODY, HEADERS, PATH, TIMEOUT } = require('../service.cjs');

exports.open = ({ origin }) => ({
  async fetchToken() {
    const response = await fetch(origin + PATH, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify(BODY),
      signal: AbortSignal.timeout(TIMEOUT),
    });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return (await response.json()).token.accessToken;
  },
  close: async () => {},
});
