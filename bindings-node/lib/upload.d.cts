/** An OAuth token to upload. It needs a `refreshToken`, an `accessToken` or both. */
interface TokenToUpload {
  refreshToken?: string | null | undefined;
  accessToken?: string | null | undefined;
  /** When the access token expires, in whole seconds since 1970. 0 or absent if unknown. */
  accessTokenExpiry?: number | null | undefined;
  /** Usually `Bearer`. */
  accessTokenType?: string | null | undefined;
  /** The granted scopes. */
  scopes?: string[] | null | undefined;
  /** The caller's own identifier of the connection. */
  externalIdentifier?: string | null | undefined;
  idToken?: string | null | undefined;
  /** The identity that granted the access. */
  grantedBy?: string | null | undefined;
}

/** A user's OAuth token in a batch. */
export interface OutboundAppUserTokenToUpload extends TokenToUpload {
  appId: string;
  userId: string;
  /** The tenant that the token is bound to. */
  tenantId?: string | null | undefined;
}

/** A tenant's OAuth token in a batch. */
export interface OutboundAppTenantTokenToUpload extends TokenToUpload {
  appId: string;
  tenantId: string;
}

/** The verification option of a single upload. */
interface Verification {
  /** Whether the service first tries the refresh token at the third party. If that fails, it stores nothing. */
  verifyRefresh?: boolean | null | undefined;
}

/** A user's OAuth token, the argument of `uploadUserToken`. */
export interface UploadOutboundAppUserTokenRequest extends OutboundAppUserTokenToUpload, Verification {}

/** A tenant's OAuth token, the argument of `uploadTenantToken`. */
export interface UploadOutboundAppTenantTokenRequest extends OutboundAppTenantTokenToUpload, Verification {}

/** Why the service did not store an item of a batch. */
export interface OutboundAppTokenUploadFailure {
  appId: string;
  /** The user, in a batch of users. */
  userId?: string;
  /** The tenant, in a batch of tenants. */
  tenantId?: string;
  /** The service's code. */
  errorCode: string;
  reason: string;
}

/** The result of a batch. The service stores all items or none: if there is any failure, it stored nothing. */
export interface BatchUploadOutboundAppTokensResponse {
  failures: OutboundAppTokenUploadFailure[];
}

// Without this line, TypeScript would export the declarations above that have no `export`.
export {};
