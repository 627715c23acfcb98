import type * as client from './client.cjs';
import type * as errors from './errors.cjs';
import type * as operations from './operations.cjs';
import type * as response from './response.cjs';
import type * as token from './token.cjs';

/** The constructor, with everything that this package exports. */
interface Package extends client.DescopeClientConstructor {
  readonly default: client.DescopeClientConstructor;
  readonly DescopeClient: client.DescopeClientConstructor;
  readonly DescopeError: typeof errors.DescopeError;
  readonly DescopeHttpError: typeof errors.DescopeHttpError;
  readonly DescopeTransportError: typeof errors.DescopeTransportError;
  readonly RateLimitError: typeof errors.RateLimitError;
  readonly TokenNotFoundError: typeof errors.TokenNotFoundError;
}

/** Makes a client, as {@link client.DescopeClientConstructor} tells. */
declare const DescopeClient: Package;

declare namespace DescopeClient {
  export type DescopeClient<Throws extends boolean = boolean> = client.DescopeClient<Throws>;
  export type DescopeClientConfig = client.DescopeClientConfig;
  export type DescopeClientConstructor = client.DescopeClientConstructor;

  export type OutboundApplication<Throws extends boolean = boolean> = operations.OutboundApplication<Throws>;
  export type FetchOptions = operations.FetchOptions;
  export type CallOptions = operations.CallOptions;
  export type Deleted = operations.Deleted;

  export type DescopeError = errors.DescopeError;
  export type DescopeHttpError = errors.DescopeHttpError;
  export type DescopeTransportError = errors.DescopeTransportError;
  export type RateLimitError = errors.RateLimitError;
  export type TokenNotFoundError = errors.TokenNotFoundError;
  export type ErrorDetails = errors.ErrorDetails;
  export type HttpErrorDetails = errors.HttpErrorDetails;
  export type ErrorCode = errors.ErrorCode;
  export type TransportErrorCode = errors.TransportErrorCode;

  export type SdkResponse<Data> = response.SdkResponse<Data>;
  export type SdkSuccess<Data> = response.SdkSuccess<Data>;
  export type SdkFailure = response.SdkFailure;
  export type ResponseError = response.ResponseError;

  export type OutboundToken = token.OutboundToken;
  export type Source = token.Source;
}

export = DescopeClient;
