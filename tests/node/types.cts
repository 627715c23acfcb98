// Compiled but never run: what a strict TypeScript program with CommonJS may write.
import DescopeClient = require('descope-outbound');

import {
  accelerate,
  DescopeError,
  type OfficialClient,
  type OfficialConfiguration,
  type OutboundApplication,
  type OutboundToken,
  type SdkResponse,
  TokenNotFoundError,
  type UploadOutboundAppUserTokenRequest,
} from 'descope-outbound';

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

export async function everyNamespace(
  upload: UploadOutboundAppUserTokenRequest,
): Promise<OutboundApplication | undefined> {
  await client.management.outboundApplication.uploadUserToken(upload);
  await client.management.outboundApplicationByToken.fetchTenantToken('token', 'app', 'tenant');
  const app: SdkResponse<DescopeClient.OutboundApplication> =
    await client.management.outboundApplication.loadApplication('app', { timeout: 5 });
  return app.data;
}

export function upgraded(official: OfficialClient, configuration: OfficialConfiguration): OfficialClient {
  return DescopeClient.restore(accelerate(official, configuration));
}
