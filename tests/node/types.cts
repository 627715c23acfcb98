// Compiled and never run: what a strict TypeScript program that uses CommonJS may write.
import DescopeClient = require('descope-outbound');
import { DescopeError, TokenNotFoundError, type OutboundToken, type SdkResponse } from 'descope-outbound';

const client: DescopeClient.DescopeClient<false> = DescopeClient({ projectId: 'P', managementKey: 'key' });
new DescopeClient();
DescopeClient.default();
new DescopeClient.DescopeClient();

export async function fetchToken(): Promise<string> {
  try {
    const token: SdkResponse<OutboundToken> = await client.management.outboundApplication.fetchToken('app', 'user');
    return token.ok ? token.data.accessToken : token.error.errorDescription;
  } catch (error) {
    if (error instanceof TokenNotFoundError) return error.code;
    if (error instanceof DescopeError) return error.message;
    if (error instanceof DescopeClient.DescopeTransportError) return error.code;
    throw error;
  }
}
