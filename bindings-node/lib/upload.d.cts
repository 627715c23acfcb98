/** What an OAuth token is, beside whose it is. At least one of `refreshToken` and `accessToken` is needed. */
interface TokenToUpload {
  refreshToken?: string | null | undefined;
  accessToken?: string | null | undefined;
  /** When the access token ends, in whole seconds since 1970; 0 or absent where that is not known. */
  accessTokenExpiry?: number | null | undefined;
  /** Mostly `Bearer`. */
  accessTokenType?: string | null | undefined;
  /** What was granted. */
  scopes?: string[] | null | undefined;
  /** The caller's own identifier of the connection. */
  externalIdentifier?: string | null | undefined;
  idToken?: string | null | undefined;
  /** Who granted it. */
  grantedBy?: string | null | undefined;
}

/** A user's OAuth token, as an item of a batch. */
export interface OutboundAppUserTokenToUpload extends TokenToUpload {
  appId: string;
  userId: string;
  /** The tenant that the token is bound to. */
  tenantId?: string | null | undefined;
}

/** A tenant's OAuth token, as an item of a batch. */
export interface OutboundAppTenantTokenToUpload extends TokenToUpload {
  appId: string;
  tenantId: string;
}

/** What an upload of one token may ask for. */
interface Verification {
  /** Makes the service try the refresh token at the third party first: where that fails, nothing is stored. */
  verifyRefresh?: boolean | null | undefined;
}

/** A user's OAuth token. */
export interface UploadOutboundAppUserTokenRequest extends OutboundAppUserTokenToUpload, Verification {}

/** A tenant's OAuth token. */
export interface UploadOutboundAppTenantTokenRequest extends OutboundAppTenantTokenToUpload, Verification {}

/** Why an item of a batch cannot be stored. */
export interface OutboundAppTokenUploadFailure {
  appId: string;
  /** In a batch of users. */
  userId?: string;
  /** In a batch of tenants. */
  tenantId?: string;
  /** The service's code. */
  errorCode: string;
  reason: string;
}

/** The answer to a batch. A batch is stored as a whole or not at all: with any failure, nothing was stored. */
export interface BatchUploadOutboundAppTokensResponse {
  failures: OutboundAppTokenUploadFailure[];
}

// What is not exported above is not for use elsewhere; without this line it would be.
export {};
