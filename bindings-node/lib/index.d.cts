import type * as acceleration from './accelerate.cjs';
import type * as application from './application.cjs';
import type * as cache from './cache.cjs';
import type * as client from './client.cjs';
import type * as errors from './errors.cjs';
import type * as operations from './operations.cjs';
import type * as response from './sdk-response.cjs';
import type * as token from './token.cjs';
import type * as upload from './upload.cjs';

/** The constructor, with every export of this package as a property. */
interface Package extends client.DescopeClientConstructor {
  readonly default: client.DescopeClientConstructor;
  readonly DescopeClient: client.DescopeClientConstructor;
  readonly DescopeError: typeof errors.DescopeError;
  readonly DescopeHttpError: typeof errors.DescopeHttpError;
  readonly DescopeTransportError: typeof errors.DescopeTransportError;
  readonly RateLimitError: typeof errors.RateLimitError;
  readonly TokenNotFoundError: typeof errors.TokenNotFoundError;
  readonly accelerate: typeof acceleration.accelerate;
  readonly restore: typeof acceleration.restore;
}

/** Create a client. See {@link client.DescopeClientConstructor}. */
declare const DescopeClient: Package;

declare namespace DescopeClient {
  export type DescopeClient<
    Throws extends boolean = boolean,
    Kept extends cache.Cache | undefined = cache.Cache | undefined,
  > = client.DescopeClient<Throws, Kept>;
  export type DescopeClientConfig = client.DescopeClientConfig;
  export type DescopeClientConstructor = client.DescopeClientConstructor;

  export type Cache = cache.Cache;
  export type CacheOptions = cache.CacheOptions;
  export type CacheStats = cache.CacheStats;

  export type OutboundApplicationOperations<Throws extends boolean = boolean> =
    operations.OutboundApplicationOperations<Throws>;
  export type OutboundApplicationByTokenOperations<Throws extends boolean = boolean> =
    operations.OutboundApplicationByTokenOperations<Throws>;
  export type FetchOptions = operations.FetchOptions;
  export type FetchOutboundAppTokenOptions = operations.FetchOutboundAppTokenOptions;
  export type CallOptions = operations.CallOptions;
  export type FetchCallOptions = operations.FetchCallOptions;
  export type CachedFetchCallOptions = operations.CachedFetchCallOptions;
  export type EmptyAnswer = operations.EmptyAnswer;

  export type AccessType = application.AccessType;
  export type PromptType = application.PromptType;
  export type URLParam = application.URLParam;
  export type OutboundAppSettings = application.OutboundAppSettings;
  export type OutboundApplication = application.OutboundApplication;
  export type OutboundApplicationToCreate = application.OutboundApplicationToCreate;
  export type OutboundApplicationToUpdate = application.OutboundApplicationToUpdate;
  export type OutboundAppTemplateOverrides = application.OutboundAppTemplateOverrides;
  export type CreateOutboundAppByTemplateOptions = application.CreateOutboundAppByTemplateOptions;

  export type OutboundAppUserTokenToUpload = upload.OutboundAppUserTokenToUpload;
  export type OutboundAppTenantTokenToUpload = upload.OutboundAppTenantTokenToUpload;
  export type UploadOutboundAppUserTokenRequest = upload.UploadOutboundAppUserTokenRequest;
  export type UploadOutboundAppTenantTokenRequest = upload.UploadOutboundAppTenantTokenRequest;
  export type OutboundAppTokenUploadFailure = upload.OutboundAppTokenUploadFailure;
  export type BatchUploadOutboundAppTokensResponse = upload.BatchUploadOutboundAppTokensResponse;

  export type DescopeError = errors.DescopeError;
  export type DescopeHttpError = errors.DescopeHttpError;
  export type DescopeTransportError = errors.DescopeTransportError;
  export type RateLimitError = errors.RateLimitError;
  export type TokenNotFoundError = errors.TokenNotFoundError;
  export type ErrorDetails = errors.ErrorDetails;
  export type HttpErrorDetails = errors.HttpErrorDetails;
  export type TransportErrorDetails = errors.TransportErrorDetails;
  export type ErrorCode = errors.ErrorCode;
  export type TransportErrorCode = errors.TransportErrorCode;
  export type TransportErrorReason = errors.TransportErrorReason;

  export type OfficialClient = acceleration.OfficialClient;
  export type OfficialConfiguration = acceleration.OfficialConfiguration;
  export type Accelerated = acceleration.Accelerated;

  export type SdkResponse<Data> = response.SdkResponse<Data>;
  export type SdkSuccess<Data> = response.SdkSuccess<Data>;
  export type SdkFailure = response.SdkFailure;
  export type ResponseError = response.ResponseError;

  export type OutboundAppToken = token.OutboundAppToken;
  export type OutboundToken = token.OutboundToken;
  export type Source = token.Source;
}

export = DescopeClient;
