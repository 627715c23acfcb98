// The request and the token, the same for every client, as in `src/wire.rs` and `python/service.py`.
'use strict';

const PATH = '/v1/mgmt/outbound/app/user/token/latest';
const PROJECT_ID = 'P2made-up';
const MANAGEMENT_KEY = 'made-up-management-key';
const APP_ID = 'google-calendar';
const USER_ID = 'U2made-up-user-0123456789abc';

module.exports = {
  PATH,
  PROJECT_ID,
  MANAGEMENT_KEY,
  APP_ID,
  USER_ID,
  HEADERS: { authorization: `Bearer ${PROJECT_ID}:${MANAGEMENT_KEY}`, 'content-type': 'application/json' },
  BODY: { appId: APP_ID, userId: USER_ID },
  ACCESS_TOKEN: 'made-up-access-token-0123456789-0123456789-0123456789-0123456789-0123456789',
  /** Milliseconds. Every client that supports a timeout has this one, and no call reaches it. */
  TIMEOUT: 20_000,
};
